"""Changes to sessions: load, decide, save, announce. The caller owns the transaction."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import ColumnElement, delete, exists, func, or_, select
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
from services.scheduling.known.models import KnownEdition, KnownPanel, matches
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
    around = await _around(session, command.edition, command.panel_id)
    edition = around.edition
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
    await _relate(session, made, command.relations, around.sessions)
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
    around = await _around(session, changed.edition_id, command.panel_id or None)
    edition = around.edition
    for name in ("kind", "duration", "plenary", "expected_audience"):
        value = getattr(command, name)
        if value is not UNSET:
            setattr(changed, name, value)
    if command.title is not UNSET:
        changed.title = normalise(command.title or {})
    if command.panel_id is not UNSET:
        changed.panel_id = command.panel_id
    if command.allowed is not UNSET:
        changed.allowed = _hours(command.allowed, edition)
    if command.relations is not UNSET:
        await session.execute(delete(SessionRelation).where(_concerns(changed.id)))
        await _relate(session, changed, command.relations, around.sessions)
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


class _Around(Struct, frozen=True):
    """What a session is made or changed among: its edition, and the ids of that edition's sessions by id and slug."""

    edition: KnownEdition
    sessions: dict[str, UUID]


async def _around(session: AsyncSession, edition: str | UUID, panel_id: UUID | None) -> _Around:
    """Read what a session stands among, in one statement; raise `NoSuch` for what is not there."""
    panel = exists().where(
        KnownPanel.tenant_id == KnownEdition.tenant_id,
        KnownPanel.edition_id == KnownEdition.id,
        KnownPanel.id == panel_id,
        KnownPanel.removed.is_(False),
    )
    of_edition = (ProgrammeSession.tenant_id == KnownEdition.tenant_id) & (
        ProgrammeSession.edition_id == KnownEdition.id
    )
    slugs = select(func.jsonb_object_agg(ProgrammeSession.slug, ProgrammeSession.id)).where(of_edition)
    query = select(KnownEdition, panel, slugs.correlate(KnownEdition).scalar_subquery()).where(matches(edition))
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NoSuch(what="edition", id=edition, pointer="/edition")
    known, has_panel, by_slug = row
    if panel_id is not None and not has_panel:
        raise NoSuch(what="panel", id=panel_id, pointer="/panel_id")
    found = {slug: UUID(identifier) for slug, identifier in (by_slug or {}).items()}
    return _Around(known, found | {str(identifier): identifier for identifier in found.values()})


async def _relate(
    session: AsyncSession, related: ProgrammeSession, relations: Relations, sessions: dict[str, UUID]
) -> None:
    """Add what is said of a session and others; each may be named by its slug or its id."""
    rows = []
    for place, said in enumerate(relations):
        pointer = f"/relations/{place}/session"
        other = related.id if said.session == related.slug else sessions.get(said.session)
        if other is None:
            raise NoSuch(what="session", id=said.session, pointer=pointer)
        if other == related.id:
            raise RelatedToItself(kind=said.kind, pointer=pointer)
        first, kind, second = directed(related.id, said.kind, other)
        key = {"tenant_id": related.tenant_id, "id": uuid7(), "session_id": first, "other_id": second}
        rows.append({**key, "kind": kind, "binding": said.binding})
    if rows:
        await session.execute(insert(SessionRelation).values(rows).on_conflict_do_nothing())


def _concerns(session_id: UUID) -> ColumnElement[bool]:
    return or_(SessionRelation.session_id == session_id, SessionRelation.other_id == session_id)


def _check_title(checked: ProgrammeSession) -> None:
    if not checked.title and checked.panel_id is None:
        raise Untitled(pointer="/title")


def _hours(windows: tuple[Window, ...], edition: KnownEdition) -> Stored:
    return settle(windows, zone=edition.timezone, days=(edition.starts_on, edition.ends_on), pointer="/allowed")


async def _lock_session(session: AsyncSession, session_id: UUID) -> ProgrammeSession:
    found = select(ProgrammeSession).filter_by(id=session_id).with_for_update()
    programme_session: ProgrammeSession | None = await session.scalar(found)
    if programme_session is None:
        raise NoSuch(what="session", id=session_id)
    return programme_session
