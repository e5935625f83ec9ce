"""Changes to sessions: load, decide, save, announce. The caller owns the transaction."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified
from uuid_utils.compat import uuid7

from libs.contracts.events import Window
from libs.contracts.programme import SessionKind
from libs.db.uniqueness import flush_unless
from libs.errors import NoSuch
from libs.fields import Line, Slug, Words
from libs.i18n.text import normalise, pick
from libs.identity import Principal
from libs.journal.commands import record
from libs.web.conditional import IfMatch
from services.scheduling.approvals.commands import reopen_releases
from services.scheduling.drafts.models import Placement
from services.scheduling.ground.queries import titles_of
from services.scheduling.hours import Stored, settle
from services.scheduling.known.models import KnownEdition, KnownPanel
from services.scheduling.known.queries import known_edition
from services.scheduling.sessions.domain import (
    RelatedToItself,
    SaidRelation,
    SessionSlugTaken,
    StillPlaced,
    Untitled,
    directed,
)
from services.scheduling.sessions.models import ProgrammeSession, SessionRelation

Duration = Annotated[int, Meta(ge=5, le=24 * 60)]
Audience = Annotated[int, Meta(ge=1, le=100_000)]
Windows = Annotated[tuple[Window, ...], Meta(max_length=60)]


class RelateTo(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The session is `kind` the session of that slug or id; not binding, it is a wish."""

    kind: SaidRelation
    session: Line
    binding: bool = True


Relations = Annotated[tuple[RelateTo, ...], Meta(max_length=50)]


class CreateSession(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`edition` is a slug or an id, `duration` is in minutes. A panel's session may go without a title of its own."""

    edition: Line
    slug: Slug
    kind: SessionKind
    duration: Duration
    title: Words | None = None
    panel_id: UUID | None = None
    plenary: bool = False
    expected_audience: Audience | None = None
    allowed: Windows = ()
    relations: Relations = ()


class ChangeSession(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A merge patch (RFC 7396): what is not there stays, null takes away; hours and relations are replaced whole."""

    kind: SessionKind | UnsetType = UNSET
    duration: Duration | UnsetType = UNSET
    title: Words | UnsetType | None = UNSET
    panel_id: UUID | UnsetType | None = UNSET
    plenary: bool | UnsetType = UNSET
    expected_audience: Audience | UnsetType | None = UNSET
    allowed: Windows | UnsetType = UNSET
    relations: Relations | UnsetType = UNSET


async def create_session(
    session: AsyncSession, principal: Principal, command: CreateSession, now: datetime
) -> ProgrammeSession:
    edition = await known_edition(session, command.edition, pointer="/edition")
    await _check_panel(session, edition, command.panel_id)
    made = ProgrammeSession(
        tenant_id=principal.tenant_id,
        edition_id=edition.id,
        slug=command.slug,
        kind=command.kind,
        title=normalise(command.title or {}),
        panel_id=command.panel_id,
        plenary=command.plenary,
        duration=command.duration,
        expected_audience=command.expected_audience,
        allowed=_hours(command.allowed, edition),
        origin_id=None,
    )
    _check_title(made)
    session.add(made)
    await flush_unless(session, SessionSlugTaken(pointer="/slug", slug=command.slug))
    await _relate(session, made, command.relations)
    record(session, principal, "sessions.create", made.id, now)
    return made


async def change_session(  # noqa: PLR0913, PLR0917 (the slice's four, the session, the version it was read at)
    session: AsyncSession,
    principal: Principal,
    session_id: UUID,
    command: ChangeSession,
    if_match: IfMatch,
    now: datetime,
) -> ProgrammeSession:
    """Change a session; an open approval of a programme that holds it is opened anew for all who must sign (E4)."""
    changed = await _lock_session(session, session_id)
    if_match.check(changed.version)
    edition = await known_edition(session, changed.edition_id)
    for name in ("kind", "duration", "plenary", "expected_audience"):
        value = getattr(command, name)
        if value is not UNSET:
            setattr(changed, name, value)
    if command.title is not UNSET:
        changed.title = normalise(command.title or {})
    if command.panel_id is not UNSET:
        await _check_panel(session, edition, command.panel_id)
        changed.panel_id = command.panel_id
    if command.allowed is not UNSET:
        changed.allowed = _hours(command.allowed, edition)
    if command.relations is not UNSET:
        await session.execute(delete(SessionRelation).where(_concerns(changed.id)))
        await _relate(session, changed, command.relations)
        flag_modified(changed, "allowed")  # its relations are part of its state: a new version
    _check_title(changed)
    await session.flush()
    await reopen_releases(session, principal, edition.id, now)
    record(session, principal, "sessions.change", changed.id, now, version=changed.version)
    return changed


async def delete_session(
    session: AsyncSession, principal: Principal, session_id: UUID, if_match: IfMatch, now: datetime
) -> None:
    """Take away a session that no draft has placed; released programmes keep it as it was."""
    doomed = await _lock_session(session, session_id)
    if_match.check(doomed.version)
    placed = await session.scalar(select(func.count()).select_from(Placement).filter_by(session_id=doomed.id)) or 0
    if placed:
        [title] = (await titles_of(session, [doomed.id])).values()
        raise StillPlaced(title=pick(title, ""), count=placed)
    await session.execute(delete(SessionRelation).where(_concerns(doomed.id)))
    await session.delete(doomed)
    record(session, principal, "sessions.delete", doomed.id, now)


async def _relate(session: AsyncSession, related: ProgrammeSession, relations: Relations) -> None:
    """Add what is said of a session and others; each may be named by its slug or its id."""
    if not relations:
        return
    rows = await session.execute(
        select(ProgrammeSession.id, ProgrammeSession.slug).filter_by(edition_id=related.edition_id)
    )
    known = {key: found for found, slug in rows for key in (str(found), slug)}
    for place, said in enumerate(relations):
        other = known.get(said.session)
        if other is None:
            raise NoSuch(what="session", id=said.session, pointer=f"/relations/{place}/session")
        if other == related.id:
            raise RelatedToItself(kind=said.kind, pointer=f"/relations/{place}/session")
        first, kind, second = directed(related.id, said.kind, other)
        row = insert(SessionRelation).values(
            tenant_id=related.tenant_id, id=uuid7(), session_id=first, other_id=second, kind=kind, binding=said.binding
        )
        await session.execute(row.on_conflict_do_nothing())


def _concerns(session_id: UUID) -> ColumnElement[bool]:
    return or_(SessionRelation.session_id == session_id, SessionRelation.other_id == session_id)


def _check_title(checked: ProgrammeSession) -> None:
    if not checked.title and checked.panel_id is None:
        raise Untitled(pointer="/title")


async def _check_panel(session: AsyncSession, edition: KnownEdition, panel_id: UUID | None) -> None:
    if panel_id is None:
        return
    found = select(KnownPanel.id).filter_by(id=panel_id, edition_id=edition.id, removed=False)
    if await session.scalar(found) is None:
        raise NoSuch(what="panel", id=panel_id, pointer="/panel_id")


def _hours(windows: tuple[Window, ...], edition: KnownEdition) -> Stored:
    return settle(windows, zone=edition.timezone, days=(edition.starts_on, edition.ends_on), pointer="/allowed")


async def _lock_session(session: AsyncSession, session_id: UUID) -> ProgrammeSession:
    found = select(ProgrammeSession).filter_by(id=session_id).with_for_update()
    programme_session: ProgrammeSession | None = await session.scalar(found)
    if programme_session is None:
        raise NoSuch(what="session", id=session_id)
    return programme_session
