"""The year's middle, in `stakeholders`: the call, the nominations, the selection, the invitations and their answers."""

from datetime import time
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from infra.demo.journey import NominationSample
from infra.demo.stage import Stage
from infra.demo.year import Year
from libs.contracts.events import NominationState, Window
from libs.identity import Principal
from libs.web.conditional import IfMatch
from services.stakeholders.calls.commands import ChangeCall, CreateCall, change_call, create_call
from services.stakeholders.calls.models import Call
from services.stakeholders.invitations.commands import (
    AnswerInvitation,
    InviteSpeaker,
    Letterhead,
    answer_invitation,
    invite_speaker,
)
from services.stakeholders.invitations.models import Invitation
from services.stakeholders.known.models import KnownEdition, KnownPanel
from services.stakeholders.nominations.commands.decide import SelectNomination, select_nomination
from services.stakeholders.nominations.commands.submit import SubmitNomination, submit_nomination
from services.stakeholders.nominations.models import Nomination
from services.stakeholders.people.models import Person
from services.stakeholders.quotas.commands import SetQuota, set_quota
from services.stakeholders.quotas.models import OrganisationQuota

_OPENS, _CLOSES = time(9), time(18)
_ANY_VERSION = IfMatch("*")


async def call_and_invite(stage: Stage, year: Year, edition_id: UUID) -> None:
    """Fill the panels' seats with confirmed speakers, step by step; go on where an earlier start was interrupted."""
    panels = await _panels(stage, year, edition_id)
    call = await _open_call(stage, year, edition_id)
    await _set_quotas(stage, year, call)
    for sample in year.samples.journey.nominations:
        await _nominate(stage, year, call, panels[sample.panel], sample)
    await _close_call(stage, year, call)
    await _select(stage, year, call)
    await _invite(stage, year, call)
    if confirmed := await _answer(stage, year, call):
        stage.say(f"{year.cast.slug}: {confirmed} speakers confirmed for {year.slug}")


async def _panels(stage: Stage, year: Year, edition_id: UUID) -> dict[int, KnownPanel]:
    """Return the panels by their number, as soon as their seats are known here, and the edition with them."""
    expected = len({sample.panel for sample in year.samples.journey.nominations})
    seats = sum(year.samples.journey.seats.values())

    async def seated(session: AsyncSession) -> dict[int, KnownPanel] | None:
        if await session.scalar(select(KnownEdition.id).filter_by(id=edition_id)) is None:
            return None
        panels = list(await session.scalars(select(KnownPanel).filter_by(edition_id=edition_id, removed=False)))
        ready = len(panels) >= expected and all(len(panel.seats) >= seats for panel in panels)
        return {panel.ordinal: panel for panel in panels} if ready else None

    return await stage.heard("stakeholders", year.cast.tenant_id, seated, f"the seats of {year.slug}")


async def _open_call(stage: Stage, year: Year, edition_id: UUID) -> UUID:
    """Draft the call and open it; a cloned edition may have one already."""
    principal, now = year.cast.co_organisers[0], year.at("called", _OPENS)
    opens_at, closes_at = year.wall("called", _OPENS), year.wall("call_closed", _CLOSES)
    async with stage.work("stakeholders", principal) as session:
        call = await session.scalar(select(Call).filter_by(edition_id=edition_id))
        if call is None:
            command = CreateCall(edition_id=edition_id, opens_at=opens_at, closes_at=closes_at)
            call = await create_call(session, principal, command, now)
        if call.state == "draft":
            change = ChangeCall(opens_at=opens_at, closes_at=closes_at, state="open")
            await change_call(session, principal, call.id, change, _ANY_VERSION, now)
            stage.say(f"{year.cast.slug}: call of {year.slug} opened")
        return call.id


async def _set_quotas(stage: Stage, year: Year, call: UUID) -> None:
    principal, now = year.cast.co_organisers[0], year.at("called", _OPENS)
    async with stage.work("stakeholders", principal) as session:
        rows = await session.execute(
            select(OrganisationQuota.organisation_id, OrganisationQuota.limit).filter_by(call_id=call)
        )
        standing = dict(rows.all())
        for name, limit in year.samples.journey.quotas.items():
            organisation_id = year.cast.organisations[name]
            if standing.get(organisation_id) != limit:
                await set_quota(session, principal, call, organisation_id, SetQuota(limit=limit), _ANY_VERSION, now)


async def _nominate(stage: Stage, year: Year, call: UUID, panel: KnownPanel, sample: NominationSample) -> None:
    principal = year.cast.acting("representative", sample.organisation)
    command = SubmitNomination(
        panel_id=panel.id,
        seat_role=sample.seat,
        full_name=year.marked(sample.name.fr),
        email=sample.email,
        title=sample.title.text,
        language=sample.language,
    )
    async with stage.work("stakeholders", principal) as session:
        known = select(Nomination.id).join(Person, Person.id == Nomination.person_id)
        if await session.scalar(known.where(Nomination.call_id == call, Person.email == sample.email)) is None:
            await submit_nomination(session, principal, call, command, year.at("nominated"))


async def _close_call(stage: Stage, year: Year, call_id: UUID) -> None:
    principal = year.cast.co_organisers[0]
    async with stage.work("stakeholders", principal) as session:
        call = (await session.scalars(select(Call).filter_by(id=call_id))).one()
        if call.state == "open":
            command = ChangeCall(state="closed")
            await change_call(session, principal, call_id, command, _ANY_VERSION, year.at("call_closed", _CLOSES))


async def _select(stage: Stage, year: Year, call: UUID) -> None:
    """Give each nomination the first free seat of its role on its panel."""
    principal = year.cast.co_organisers[0]
    async with stage.work("stakeholders", principal) as session:
        taken = set(await session.scalars(select(Nomination.seat_id).filter_by(call_id=call)))
        for nomination in await _in_state(session, call, "submitted"):
            panel = (await session.scalars(select(KnownPanel).filter_by(id=nomination.panel_id))).one()
            seats = sorted(panel.seats, key=lambda seat: int(seat["ordinal"]))
            free = (UUID(seat["id"]) for seat in seats if seat["role"] == nomination.seat_role)
            seat_id = next(seat for seat in free if seat not in taken)
            taken.add(seat_id)
            await select_nomination(session, principal, nomination.id, SelectNomination(seat_id), year.at("selected"))


async def _invite(stage: Stage, year: Year, call: UUID) -> None:
    principal = year.cast.co_organisers[0]
    letterhead = Letterhead(stage.settings.base_url, stage.settings.key)
    async with stage.work("stakeholders", principal) as session:
        for nomination in await _in_state(session, call, "selected"):
            await invite_speaker(session, principal, nomination.id, InviteSpeaker(), letterhead, year.at("invited"))


async def _answer(stage: Stage, year: Year, call: UUID) -> int:
    """Accept each invitation as the speaker whom its link was sent to, with the sample's windows; count them."""
    windows = {sample.email: _windows(year, sample) for sample in year.samples.journey.nominations}
    async with stage.work("stakeholders", year.cast.founder) as session:
        waiting = (
            select(Invitation.id, Invitation.link_hash, Person.email)
            .join(Nomination, Nomination.id == Invitation.nomination_id)
            .join(Person, Person.id == Nomination.person_id)
            .where(Nomination.call_id == call, Nomination.state == "invited")
        )
        rows = (await session.execute(waiting)).all()
    for invitation_id, link_hash, email in rows:
        speaker = Principal(
            tenant_id=year.cast.tenant_id,
            tenant=year.cast.slug,
            role="speaker",
            invitation_id=invitation_id,
            link_hash=link_hash,
        )
        command = AnswerInvitation(answer="accepted", availability=windows[email])
        async with stage.work("stakeholders", speaker) as session:
            await answer_invitation(session, speaker, invitation_id, command, year.at("answered"))
    return len(rows)


async def _in_state(session: AsyncSession, call: UUID, state: NominationState) -> list[Nomination]:
    return list(await session.scalars(select(Nomination).filter_by(call_id=call, state=state).order_by(Nomination.id)))


def _windows(year: Year, sample: NominationSample) -> tuple[Window, ...]:
    return tuple(Window(*hours.on(year.first_day)) for hours in sample.available)
