"""Correcting what is known of a person: load, decide, save, announce. The caller owns the transaction."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from libs.db.uniqueness import flush_unless
from libs.errors import NoSuch
from libs.fields import Email, Language, Line
from libs.i18n.folding import fold
from libs.i18n.text import Text, normalise
from libs.identity import Principal
from libs.journal.commands import record
from libs.messaging.outbox import publish
from libs.web.conditional import IfMatch
from services.stakeholders.nominations.models import Nomination
from services.stakeholders.people.domain import PersonKnownAlready
from services.stakeholders.people.models import Person

ChangedText = Annotated[dict[Language, Line | None], Meta(max_length=3)]  # merged; null takes a language away


class ChangePerson(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A merge patch (RFC 7396): what is not there stays."""

    full_name: Line | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    title: ChangedText | UnsetType = UNSET
    organisation: ChangedText | UnsetType = UNSET
    language: Language | UnsetType | None = UNSET


async def change_person(  # noqa: PLR0913, PLR0917 (the slice's four, the person, the version it was read at)
    session: AsyncSession,
    principal: Principal,
    person_id: UUID,
    command: ChangePerson,
    if_match: IfMatch,
    now: datetime,
) -> Person:
    """Correct a person. Who is told of speakers hears it; what is released stays as it is until the next release."""
    person = await _lock_person(session, principal, person_id)
    if_match.check(person.version)
    if command.full_name is not UNSET:
        person.full_name, person.name_folded = command.full_name, fold(command.full_name)
    if command.email is not UNSET:
        person.email = command.email.casefold()
    if command.title is not UNSET:
        person.title = _merged(person.title, command.title)
    if command.organisation is not UNSET:
        person.organisation = _merged(person.organisation, command.organisation)
    if command.language is not UNSET:
        person.language = command.language
    if session.is_modified(person):
        await flush_unless(session, PersonKnownAlready(pointer="/email", email=person.email))
        await _tell_speaker(session, principal, person, now)
        record(session, principal, "people.change", person.id, now, version=person.version)
    return person


async def _tell_speaker(session: AsyncSession, principal: Principal, person: Person, now: datetime) -> None:
    """Tell of each seat that the person holds anew: its version is the nomination's, which is counted on."""
    held = select(Nomination).filter_by(tenant_id=principal.tenant_id, person_id=person.id, state="confirmed")
    seats = list(await session.scalars(held.order_by(Nomination.id).with_for_update(key_share=True)))
    for nomination in seats:
        flag_modified(nomination, "note")
    await session.flush()
    for nomination in seats:
        publish(session, nomination.speaker(person), now)


async def _lock_person(session: AsyncSession, principal: Principal, person_id: UUID) -> Person:
    key = {"tenant_id": principal.tenant_id, "id": person_id}
    found = await session.scalar(select(Person).filter_by(**key).with_for_update(key_share=True))
    if found is None:
        raise NoSuch(what="person", id=person_id)
    return found


def _merged(text: Text, changes: ChangedText) -> Text:
    return normalise({language: words for language, words in {**text, **changes}.items() if words is not None})
