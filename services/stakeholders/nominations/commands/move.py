"""Moving a nomination from one state to another: locked, decided by the table of transitions, saved, told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.db.uniqueness import flush_unless
from libs.errors import NoSuch
from libs.identity import Principal
from libs.journal.commands import record
from libs.messaging.outbox import publish
from services.stakeholders.nominations.domain import SeatTaken
from services.stakeholders.nominations.models import Nomination
from services.stakeholders.nominations.transitions import Move, moved
from services.stakeholders.people.models import Person
from services.stakeholders.reach import within_reach

_ACTIONS: dict[Move, str] = {
    "withdraw": "nominations.submit",
    "accept": "invitations.answer",
    "decline": "invitations.answer",
}


async def lock_nomination(
    session: AsyncSession, principal: Principal, nomination_id: UUID
) -> tuple[Nomination, Person]:
    """Return a nomination that the caller may see, and who was nominated; locked for a change."""
    found = await session.execute(
        select(Nomination, Person)
        .join(Person, (Person.tenant_id == Nomination.tenant_id) & (Person.id == Nomination.person_id))
        .where(
            Nomination.tenant_id == principal.tenant_id,
            Nomination.id == nomination_id,
            within_reach(principal, Nomination.organisation_id),
        )
        .with_for_update(key_share=True, of=Nomination)
    )
    row = found.one_or_none()
    if row is None:
        raise NoSuch(what="nomination", id=nomination_id)
    return row


async def move_nomination(  # noqa: PLR0913, PLR0917 (the slice's four, who was nominated, where it goes)
    session: AsyncSession, principal: Principal, nomination: Nomination, person: Person, move: Move, now: datetime
) -> None:
    """Make a move and tell of it; also of the speaker, where there is one from now on, still, or no longer."""
    speaker_before = nomination.state == "confirmed"
    nomination.state = moved(nomination.state, move)
    nomination.changed_at = now
    await flush_unless(session, SeatTaken(pointer="/seat_id"))
    publish(session, nomination.fact(), now)
    if speaker_before or nomination.state == "confirmed":
        publish(session, nomination.speaker(person), now)
    action = _ACTIONS.get(move, "nominations.decide")
    record(session, principal, action, nomination.id, now, move=move, state=nomination.state)
