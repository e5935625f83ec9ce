"""Inviting a nominated person, and their answer: load, decide, save, announce. The caller owns the transaction."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct, to_builtins
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from libs.contracts.events import LetterRequested, Window
from libs.errors import NoSuch
from libs.fields import Language, Paragraph
from libs.identity import Principal
from libs.messaging.outbox import publish
from libs.sealing import fingerprint, seal, signed_link
from libs.tenants.models import KnownTenant
from libs.zones import wall
from services.stakeholders.invitations.availability import settle
from services.stakeholders.invitations.domain import WindowsOfNobody, check_not_over, language_of
from services.stakeholders.invitations.models import Answer, Invitation
from services.stakeholders.known.models import KnownEdition, KnownPanel
from services.stakeholders.nominations.commands.move import move_nomination
from services.stakeholders.nominations.models import Nomination
from services.stakeholders.nominations.transitions import Move
from services.stakeholders.organisations.models import Organisation
from services.stakeholders.people.models import Person

LINK = "invitation"  # what the signed link is good for
_LETTER = "letter"

_MOVES: dict[Answer, Move] = {"accepted": "accept", "declined": "decline"}


class Letterhead(Struct, frozen=True):
    """What a letter's link needs: where it leads, and the key that signs and seals it."""

    base_url: str
    key: bytes


class InviteSpeaker(Struct, frozen=True, forbid_unknown_fields=True):
    """`language` is the letter's, if not the person's own or else the edition's."""

    language: Language | None = None


class AnswerInvitation(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`availability`: when the speaker can be there, in the edition's wall time; none: at any time."""

    answer: Answer
    availability: Annotated[tuple[Window, ...], Meta(max_length=20)] = ()
    reason: Paragraph = ""


async def invite_speaker(  # noqa: PLR0913, PLR0917 (the slice's four, the nomination, what letters need)
    session: AsyncSession,
    principal: Principal,
    nomination_id: UUID,
    command: InviteSpeaker,
    letterhead: Letterhead,
    now: datetime,
) -> Invitation:
    """Offer a selected person the seat, by a letter; again: a new letter, whose link replaces the former one."""
    offer = await _lock_offer(session, principal, nomination_id)
    check_not_over(offer.KnownEdition.ends_on, offer.KnownEdition.timezone, now)
    nomination, person, tenant = offer.Nomination, offer.Person, offer.KnownTenant

    invitation = offer.Invitation or Invitation(
        id=uuid7(), tenant_id=principal.tenant_id, nomination_id=nomination.id, reason=""
    )
    link = signed_link(letterhead.key, LINK, principal.tenant_id, invitation.id)
    invitation.link_hash = fingerprint(link)
    invitation.language = language_of(command.language, person.language, tenant.languages)
    invitation.invited_at = now
    session.add(invitation)
    await move_nomination(session, principal, nomination, person, "invite", now)
    address = f"{letterhead.base_url}/{invitation.language}/{tenant.slug}/invitation/{link}"
    publish(session, _letter(offer, invitation, seal(letterhead.key, _LETTER, address)), now)
    return invitation


async def answer_invitation(
    session: AsyncSession, principal: Principal, invitation_id: UUID, command: AnswerInvitation, now: datetime
) -> Nomination:
    """Accept or decline, by whom the link was sent to; as long as the edition lasts an acceptance can be changed."""
    invitation, nomination, person, edition = await _lock_answer(session, principal, invitation_id)
    check_not_over(edition.ends_on, edition.timezone, now)
    if command.answer == "declined" and command.availability:
        raise WindowsOfNobody(pointer="/availability")
    windows = [_in_wall_time(window, edition.timezone) for window in command.availability]
    settled = settle(windows, starts_on=edition.starts_on, ends_on=edition.ends_on)
    nomination.availability = to_builtins(settled)
    invitation.answer = command.answer
    invitation.answered_at = now
    invitation.reason = command.reason
    await move_nomination(session, principal, nomination, person, _MOVES[command.answer], now)
    return nomination


async def _lock_offer(
    session: AsyncSession, principal: Principal, nomination_id: UUID
) -> Row[*tuple[Nomination, Person, Organisation, KnownPanel, KnownEdition, KnownTenant, Invitation | None]]:
    """Lock the nomination and see all that a letter about it says."""
    tenant_id = principal.tenant_id
    found = await session.execute(
        select(Nomination, Person, Organisation, KnownPanel, KnownEdition, KnownTenant, Invitation)
        .join(Person, (Person.tenant_id == tenant_id) & (Person.id == Nomination.person_id))
        .join(Organisation, (Organisation.tenant_id == tenant_id) & (Organisation.id == Nomination.organisation_id))
        .join(KnownPanel, (KnownPanel.tenant_id == tenant_id) & (KnownPanel.id == Nomination.panel_id))
        .join(KnownEdition, (KnownEdition.tenant_id == tenant_id) & (KnownEdition.id == Nomination.edition_id))
        .join(KnownTenant, KnownTenant.tenant_id == tenant_id)
        .outerjoin(Invitation, (Invitation.tenant_id == tenant_id) & (Invitation.nomination_id == Nomination.id))
        .where(Nomination.tenant_id == tenant_id, Nomination.id == nomination_id)
        .with_for_update(key_share=True, of=Nomination)
    )
    row = found.one_or_none()
    if row is None:
        raise NoSuch(what="nomination", id=nomination_id)
    return row


async def _lock_answer(
    session: AsyncSession, principal: Principal, invitation_id: UUID
) -> tuple[Invitation, Nomination, Person, KnownEdition]:
    """Lock what one answers; only the link that was sent last opens it."""
    tenant_id = principal.tenant_id
    found = await session.execute(
        select(Invitation, Nomination, Person, KnownEdition)
        .join(Nomination, (Nomination.tenant_id == tenant_id) & (Nomination.id == Invitation.nomination_id))
        .join(Person, (Person.tenant_id == tenant_id) & (Person.id == Nomination.person_id))
        .join(KnownEdition, (KnownEdition.tenant_id == tenant_id) & (KnownEdition.id == Nomination.edition_id))
        .where(
            Invitation.tenant_id == tenant_id,
            Invitation.id == invitation_id,
            Invitation.id == principal.invitation_id,
            Invitation.link_hash == principal.link_hash,
        )
        .with_for_update(key_share=True, of=(Nomination, Invitation))
    )
    row = found.one_or_none()
    if row is None:
        raise NoSuch(what="invitation", id=invitation_id)
    return row


def _letter(offer: Row[*tuple[object, ...]], invitation: Invitation, sealed_link: str) -> LetterRequested:
    """Return the letter to be written, in the words of its template (`invitation`)."""
    edition, person = offer.KnownEdition, offer.Person
    return LetterRequested(
        tenant_id=invitation.tenant_id,
        id=uuid7(),
        version=1,
        template="invitation",
        language=invitation.language,
        recipient=person.email,
        recipient_name=person.full_name,
        fields={
            "panel": offer.KnownPanel.title,
            "seat_role": offer.Nomination.seat_role,
            "organisation": offer.Organisation.name,
            "starts_on": edition.starts_on.isoformat(),
            "ends_on": edition.ends_on.isoformat(),
            "city": edition.city,
        },
        sealed_link=sealed_link,
    )


def _in_wall_time(window: Window, timezone: str) -> Window:
    """Return a window as the edition's clocks show it, if it came with an offset."""
    meant = (wall(each, timezone) if each.tzinfo else each for each in (window.starts_at, window.ends_at))
    return Window(*meant)
