"""Making the data of a run, by the platform's own commands, in a tenant of its own."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from bench.ground import (
    DAY,
    FEDERATIONS,
    FIRST_DAY,
    LARGE,
    LARGE_PANELS,
    LARGE_ROOMS,
    LARGE_SEATS,
    LARGE_SESSIONS,
    OPEN,
    ROOMS,
    SESSIONS,
    SPEAKERS,
    Federation,
    Ground,
)
from bench.releasing import release
from infra.demo.stage import Stage
from libs.identity import Principal
from libs.tenants.models import KnownTenant
from libs.web.conditional import IfMatch
from services.editions.editions.commands import RecordEdition, record_edition
from services.editions.panels.commands import RecordPanel, Seats, record_panel
from services.identity.clients.commands import CreateClient, NewClient, create_client
from services.identity.organisations.models import KnownOrganisation
from services.identity.tenants.commands import Administrator, ChangeTenant, CreateTenant, change_tenant, create_tenant
from services.scheduling.drafts.commands.placing import CreateDraft, PlaceSession, create_draft, place_session
from services.scheduling.known.models import KnownEdition, KnownPanel, KnownSpeaker
from services.scheduling.rooms.commands import CreateRoom, create_room
from services.scheduling.sessions.commands import CreateSession, create_session
from services.stakeholders.calls.commands import ChangeCall, CreateCall, change_call, create_call
from services.stakeholders.invitations.commands import (
    AnswerInvitation,
    InviteSpeaker,
    Letterhead,
    answer_invitation,
    invite_speaker,
)
from services.stakeholders.known.models import KnownPanel as InvitedPanel
from services.stakeholders.nominations.commands.decide import SelectNomination, select_nomination
from services.stakeholders.nominations.commands.submit import SubmitNomination, submit_nomination
from services.stakeholders.organisations.commands import CreateOrganisation, create_organisation
from services.stakeholders.quotas.commands import SetQuota, set_quota

Question = Callable[[AsyncSession], Awaitable[bool | None]]

_ANY_VERSION = IfMatch("*")
_STARTS = tuple(time(hour) for hour in (9, 10, 11, 14, 15, 16))  # as many rounds a day, in every room
_SCOPES = ["nominations:read", "nominations:write"]


async def lay_ground(stage: Stage) -> Ground:
    """Make all data in a tenant of its own, and wait until the programme is public."""
    founder = Principal(tenant_id=uuid7(), tenant="bench", role="administrator")
    organisers, federations = await _found(stage, founder)
    shown = await _edition(stage, founder, DAY, SPEAKERS // 2, {"speaker": 2})
    await _edition(stage, founder, LARGE, LARGE_PANELS, LARGE_SEATS)
    called = await _edition(stage, founder, OPEN, 1, {"speaker": 20})
    ground = Ground(
        tenant_id=founder.tenant_id,
        slug=founder.tenant,
        organisers=organisers,
        reader=await _client(stage, founder, organisers[0], "co_organiser"),
        federations=tuple(
            [Federation(each, await _client(stage, founder, each, "representative")) for each in federations]
        ),
        shown_call=await _open_call(stage, founder, shown, federations, SPEAKERS // 2),
        open_call=await _open_call(stage, founder, called, federations, 1),
        open_panel=(await _panels(stage, founder, called))[0].id,
        draft=UUID(int=0),
        sessions=(),
        rooms=(),
    )
    await _speakers(stage, ground, shown)
    await _rooms_and_sessions(stage, founder, LARGE, LARGE_ROOMS, LARGE_SESSIONS, ())
    return await _programme(stage, ground, shown)


async def _found(stage: Stage, founder: Principal) -> tuple[tuple[UUID, UUID], list[UUID]]:
    now = datetime.now(UTC)
    command = CreateTenant(
        slug=founder.tenant,
        name={"fr": "Journée mesurée", "ar": "يوم القياس", "en": "Measured day"},
        country="MA",
        timezone="Africa/Casablanca",
        languages=["fr", "ar", "en"],
        administrator=Administrator("administrator@bench.example", "Administrator", "fr"),
    )
    async with stage.work("identity", founder) as session:
        await create_tenant(session, founder, command, now, stage.settings)
    for service in ("editions", "stakeholders", "scheduling", "outreach", "portal"):
        await stage.heard(service, founder.tenant_id, _one(KnownTenant), "the tenant")
    ids = []
    async with stage.work("stakeholders", founder) as session:
        for number in range(2 + FEDERATIONS):
            made = CreateOrganisation(
                slug=f"organisation-{number}",
                kind="ministry" if number < 2 else "federation",  # noqa: PLR2004 (the two organisers)
                name={"fr": f"Organisation {number}", "ar": f"منظمة {number}", "en": f"Organisation {number}"},
                acronym=f"ORG{number}",
            )
            ids.append((await create_organisation(session, founder, made, now)).id)
    await stage.heard("identity", founder.tenant_id, _as_many(KnownOrganisation, len(ids)), "the organisations")
    first, second, *federations = ids
    async with stage.work("identity", founder) as session:
        await change_tenant(session, founder, ChangeTenant(co_organisers=(first, second)), now)

    async def named(session: AsyncSession) -> bool | None:
        return True if await session.scalar(select(func.cardinality(KnownTenant.co_organisers))) else None

    for service in ("editions", "scheduling", "portal"):
        await stage.heard(service, founder.tenant_id, named, "the organisers")
    return (first, second), federations


async def _client(stage: Stage, founder: Principal, organisation_id: UUID, role: str) -> NewClient:
    command = CreateClient(
        name=f"{role} of {organisation_id}",
        organisation_id=organisation_id,
        role="co_organiser" if role == "co_organiser" else "representative",
        scopes=_SCOPES,
    )
    async with stage.work("identity", founder) as session:
        return await create_client(session, founder, command, datetime.now(UTC))


async def _edition(stage: Stage, founder: Principal, slug: str, panels: int, seats: Seats) -> UUID:
    """Record an edition with its panels; wait until scheduling and stakeholders know them all."""
    now = datetime.now(UTC)
    ordinal = (DAY, LARGE, OPEN).index(slug) + 1
    command = RecordEdition(
        slug=slug,
        ordinal=ordinal,
        starts_on=FIRST_DAY,
        ends_on=FIRST_DAY + timedelta(days=1),
        city={"fr": "Fès", "ar": "فاس", "en": "Fez"},
        region="fes-meknes",
        theme={"fr": "L'industrie, ensemble", "ar": "الصناعة، معًا", "en": "Industry, together"},
    )
    async with stage.work("editions", founder) as session:
        edition = await record_edition(session, founder, command, now)
        for number in range(1, panels + 1):
            panel = RecordPanel(
                slug=f"panel-{number}",
                ordinal=number,
                title={"fr": f"Panel {number}", "ar": f"جلسة {number}", "en": f"Panel {number}"},
                seats=seats,
            )
            await record_panel(session, founder, edition.id, panel, now)
    key = {"edition_id": edition.id}
    for service, table in (("scheduling", KnownPanel), ("stakeholders", InvitedPanel)):
        await stage.heard(service, founder.tenant_id, _as_many(table, panels, **key), f"the panels of {slug}")
    return edition.id


async def _open_call(stage: Stage, founder: Principal, edition_id: UUID, federations: list[UUID], panels: int) -> UUID:
    await stage.heard(
        "stakeholders", founder.tenant_id, _as_many(InvitedPanel, panels, edition_id=edition_id), "panels"
    )
    now = datetime.now(UTC)
    wall = now.replace(tzinfo=None, microsecond=0)
    async with stage.work("stakeholders", founder) as session:
        times = CreateCall(
            edition_id=edition_id, opens_at=wall - timedelta(days=2), closes_at=wall + timedelta(days=30)
        )
        call = await create_call(session, founder, times, now)
        await change_call(session, founder, call.id, ChangeCall(state="open"), _ANY_VERSION, now)
        for federation in federations:
            await set_quota(session, founder, call.id, federation, SetQuota(limit=10_000), _ANY_VERSION, now)
        return call.id


async def _panels(stage: Stage, founder: Principal, edition_id: UUID) -> list[InvitedPanel]:
    async with stage.work("stakeholders", founder) as session:
        found = select(InvitedPanel).filter_by(edition_id=edition_id).order_by(InvitedPanel.ordinal)
        return list(await session.scalars(found))


async def _speakers(stage: Stage, ground: Ground, edition_id: UUID) -> None:
    """Fill every seat: nominated, selected, invited, accepted."""
    now = datetime.now(UTC)
    letterhead = Letterhead(stage.settings.base_url, stage.settings.key)
    organiser = ground.signatories[0]
    seats = [(panel, seat) for panel in await _panels(stage, ground.administrator, edition_id) for seat in panel.seats]
    for number, (panel, seat) in enumerate(seats):
        nominating = ground.of(ground.federations[number % FEDERATIONS].id)
        command = SubmitNomination(
            panel_id=panel.id,
            seat_role="speaker",
            full_name=f"Amina Benali {number}",
            email=f"amina.{number}@bench.example",
            title={"fr": "Directrice générale", "ar": "المديرة العامة", "en": "Chief executive"},
        )
        async with stage.work("stakeholders", nominating) as session:
            nomination = await submit_nomination(session, nominating, ground.shown_call, command, now)
        async with stage.work("stakeholders", organiser) as session:
            await select_nomination(session, organiser, nomination.id, SelectNomination(UUID(seat["id"])), now)
            invitation = await invite_speaker(session, organiser, nomination.id, InviteSpeaker(), letterhead, now)
        speaker = Principal(
            tenant_id=ground.tenant_id,
            tenant=ground.slug,
            role="speaker",
            invitation_id=invitation.id,
            link_hash=invitation.link_hash,
        )
        async with stage.work("stakeholders", speaker) as session:
            await answer_invitation(session, speaker, invitation.id, AnswerInvitation(answer="accepted"), now)
    await stage.heard("scheduling", ground.tenant_id, _as_many(KnownSpeaker, SPEAKERS, confirmed=True), "the speakers")


async def _rooms_and_sessions(  # noqa: PLR0913, PLR0917 (of which edition, how many)
    stage: Stage, founder: Principal, edition: str, rooms: int, sessions: int, panels: tuple[UUID, ...]
) -> tuple[tuple[UUID, ...], tuple[UUID, ...]]:
    """Make rooms and sessions: first one of each panel, then meetings."""
    now = datetime.now(UTC)
    await stage.heard("scheduling", founder.tenant_id, _one(KnownEdition, slug=edition), edition)
    made_rooms, made_sessions = [], []
    async with stage.work("scheduling", founder) as session:
        for number in range(rooms):
            room = CreateRoom(
                edition=edition,
                slug=f"room-{number}",
                name={"fr": f"Salle {number}", "ar": f"قاعة {number}", "en": f"Room {number}"},
                capacity=300,
            )
            made_rooms.append((await create_room(session, founder, room, now)).id)
        for number in range(sessions):
            of_panel = number < len(panels)
            planned = CreateSession(
                edition=edition,
                slug=f"session-{number}",
                kind="panel" if of_panel else "meeting",
                duration=45,
                title={"fr": f"Séance {number}", "ar": f"لقاء {number}", "en": f"Session {number}"},
                panel_id=panels[number] if of_panel else None,
            )
            made_sessions.append((await create_session(session, founder, planned, now)).id)
    return tuple(made_rooms), tuple(made_sessions)


async def _programme(stage: Stage, ground: Ground, edition_id: UUID) -> Ground:
    """Put every session at a time in a room, and release that."""
    founder, now = ground.administrator, datetime.now(UTC)
    panels = tuple(panel.id for panel in await _panels(stage, founder, edition_id))
    rooms, sessions = await _rooms_and_sessions(stage, founder, DAY, ROOMS, SESSIONS, panels)
    async with stage.work("scheduling", founder) as session:
        draft = await create_draft(session, founder, CreateDraft(DAY), now)
        for number, programme_session in enumerate(sessions):
            slot, room = divmod(number, ROOMS)
            day, hour = divmod(slot, len(_STARTS))
            starts_at = datetime.combine(FIRST_DAY + timedelta(days=day), _STARTS[hour])
            command = PlaceSession(room_id=rooms[room], starts_at=starts_at)
            await place_session(session, founder, (draft.id, programme_session), command, _ANY_VERSION, now)
    laid = Ground(
        **{name: getattr(ground, name) for name in ground.__struct_fields__}
        | {
            "draft": draft.id,
            "sessions": sessions,
            "rooms": rooms,
        }
    )
    await release(stage, laid, 1)
    return laid


def _one(table: type, **key: object) -> Question:
    async def there(session: AsyncSession) -> bool | None:
        return True if await session.scalar(select(func.count()).select_from(table).filter_by(**key)) else None

    return there


def _as_many(table: type, least: int, **key: object) -> Question:
    async def there(session: AsyncSession) -> bool | None:
        counted = await session.scalar(select(func.count()).select_from(table).filter_by(**key)) or 0
        return True if counted >= least else None

    return there
