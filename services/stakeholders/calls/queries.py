"""Reading calls: SELECT straight into structs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import RowMapping, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import CallState
from libs.errors import NoSuch
from libs.identity import Principal
from libs.zones import local
from services.stakeholders.calls.domain import Opening
from services.stakeholders.calls.models import Call
from services.stakeholders.known.models import KnownEdition


class CallView(Struct, frozen=True, kw_only=True):
    """`takes_nominations`: open, and between its dates at this moment. Times carry the offset of `timezone`."""

    id: UUID
    version: int
    edition_id: UUID
    edition: str
    opens_at: datetime
    closes_at: datetime
    timezone: str
    state: CallState
    takes_nominations: bool


async def list_calls(  # noqa: PLR0913 (filters and the page)
    session: AsyncSession,
    principal: Principal,
    now: datetime,
    *,
    editions: list[str] | None,
    states: list[CallState] | None,
    after: UUID | None,
    limit: int,
) -> list[CallView]:
    """Return at most `limit` calls in the order of their ids; editions are named by slug or id."""
    query = _calls(principal).order_by(Call.id).limit(limit)
    if editions is not None:
        ids = [found for found in map(_as_id, editions) if found]
        query = query.where(or_(KnownEdition.slug.in_(editions), KnownEdition.id.in_(ids)))
    if states is not None:
        query = query.where(Call.state.in_(states))
    if after is not None:
        query = query.where(Call.id > after)
    return [_view(row, now) for row in (await session.execute(query)).mappings()]


async def read_call(session: AsyncSession, principal: Principal, call_id: UUID, now: datetime) -> CallView:
    row = (await session.execute(_calls(principal).where(Call.id == call_id))).mappings().one_or_none()
    if row is None:
        raise NoSuch(what="call", id=call_id)
    return _view(row, now)


def _calls(principal: Principal) -> Select[*tuple[Any, ...]]:
    columns = (Call.id, Call.version, Call.edition_id, Call.opens_at, Call.closes_at, Call.state)
    return (
        select(*columns, KnownEdition.slug.label("edition"), KnownEdition.timezone)
        .join(KnownEdition, (KnownEdition.tenant_id == Call.tenant_id) & (KnownEdition.id == Call.edition_id))
        .where(Call.tenant_id == principal.tenant_id)
    )


def _view(row: RowMapping, now: datetime) -> CallView:
    opening = Opening(**{name: row[name] for name in Opening.__struct_fields__})
    times = {name: local(row[name], row["timezone"]) for name in ("opens_at", "closes_at")}
    return CallView(**{**row, **times}, takes_nominations=opening.takes_nominations(now))


def _as_id(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
