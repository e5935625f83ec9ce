"""Changes to calls: load, decide, save, announce. The caller owns the transaction."""

from datetime import datetime
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import CallState
from libs.db.uniqueness import flush_unless
from libs.errors import NoSuch
from libs.identity import Principal
from libs.journal.commands import record
from libs.messaging.outbox import publish
from libs.web.conditional import IfMatch
from libs.zones import meant
from services.stakeholders.calls.domain import CallExists, Opening, check_next
from services.stakeholders.calls.models import Call
from services.stakeholders.known.domain import NoSuchEdition
from services.stakeholders.known.models import KnownEdition


class CreateCall(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Times are the edition's wall time; one that comes with an offset is read as that moment there."""

    edition_id: UUID
    opens_at: datetime
    closes_at: datetime


class ChangeCall(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A merge patch (RFC 7396): what is not there stays."""

    opens_at: datetime | UnsetType = UNSET
    closes_at: datetime | UnsetType = UNSET
    state: CallState | UnsetType = UNSET


async def create_call(session: AsyncSession, principal: Principal, command: CreateCall, now: datetime) -> Call:
    """Draft the call of an edition: it is opened by a change of its own."""
    key = {"tenant_id": principal.tenant_id, "id": command.edition_id}
    edition = await session.scalar(select(KnownEdition).filter_by(**key))
    if edition is None:
        raise NoSuchEdition(pointer="/edition_id", edition=str(command.edition_id))
    call = Call(
        tenant_id=principal.tenant_id,
        edition_id=edition.id,
        opens_at=meant(command.opens_at, edition.timezone, pointer="/opens_at"),
        closes_at=meant(command.closes_at, edition.timezone, pointer="/closes_at"),
        state="draft",
    )
    opening = opening_of(call, edition)
    opening.check_dates(ends_on=edition.ends_on)
    opening.check_still_to_close(now)
    session.add(call)
    await flush_unless(session, CallExists(pointer="/edition_id"))
    publish(session, call.fact(), now)
    record(session, principal, "calls.change", call.id, now, state=call.state)
    return call


async def change_call(  # noqa: PLR0913, PLR0917 (the slice's four, the call, the version it was read at)
    session: AsyncSession, principal: Principal, call_id: UUID, command: ChangeCall, if_match: IfMatch, now: datetime
) -> Call:
    """Move the dates of a call, open it, close it, or open it again."""
    call, edition = await _lock_call(session, principal, call_id)
    if_match.check(call.version)
    if command.opens_at is not UNSET:
        call.opens_at = meant(command.opens_at, edition.timezone, pointer="/opens_at")
    if command.closes_at is not UNSET:
        call.closes_at = meant(command.closes_at, edition.timezone, pointer="/closes_at")
    if command.state is not UNSET:
        check_next(call.state, command.state)
        call.state = command.state
    opening = opening_of(call, edition)
    opening.check_dates(ends_on=edition.ends_on)
    if call.state == "open" or command.closes_at is not UNSET:
        opening.check_still_to_close(now)
    if session.is_modified(call):
        await session.flush()
        publish(session, call.fact(), now)
        record(session, principal, "calls.change", call.id, now, state=call.state)
    return call


def opening_of(call: Call, edition: KnownEdition) -> Opening:
    return Opening(opens_at=call.opens_at, closes_at=call.closes_at, timezone=edition.timezone, state=call.state)


async def _lock_call(session: AsyncSession, principal: Principal, call_id: UUID) -> tuple[Call, KnownEdition]:
    edition_of_call = (KnownEdition.tenant_id == Call.tenant_id) & (KnownEdition.id == Call.edition_id)
    found = await session.execute(
        select(Call, KnownEdition)
        .join(KnownEdition, edition_of_call)
        .where(Call.tenant_id == principal.tenant_id, Call.id == call_id)
        .with_for_update(key_share=True, of=Call)
    )
    row = found.one_or_none()
    if row is None:
        raise NoSuch(what="call", id=call_id)
    return row
