"""The share of this service in the making of an edition from another (E6)."""

from datetime import timedelta
from typing import Any

from msgspec import structs, to_builtins
from sqlalchemy import func, select
from uuid_utils.compat import uuid7

from libs.contracts.events import EditionCloned, Origin
from libs.db.tenancy import unit_of_work
from libs.messaging.envelopes import Envelope
from libs.messaging.models import OutboxMessage
from libs.messaging.subscriptions import Hearing
from services.stakeholders.calls.models import Call
from services.stakeholders.invitations.models import Invitation
from services.stakeholders.nominations.models import Nomination
from services.stakeholders.people.models import Person
from services.stakeholders.quotas.models import OrganisationQuota, PanelQuota
from services.stakeholders.worker import subscriptions
from tests.stakeholders.conftest import TODAY, OpenCall

YEAR = 364  # days


def cloned(call: OpenCall, *carried: Any, panels: int = 2) -> EditionCloned:
    return EditionCloned(
        tenant_id=call.day.id,
        id=uuid7(),
        version=1,
        origin_id=call.edition_id,
        shift_days=YEAR,
        carried=carried,
        panels=tuple(Origin(origin_id=panel.id, id=uuid7()) for panel in call.panels[:panels]),
        seats=(),
    )


async def hear(call: OpenCall, event: EditionCloned, *, times: int = 1) -> None:
    """Let the event arrive, by the road of all events."""
    envelope = Envelope(
        id=uuid7(),
        type="editions.edition-cloned",
        tenant_id=event.tenant_id,
        body=to_builtins(event),
        actor="system",
        correlation_id="",
        occurred_at=TODAY,
    )
    for _ in range(times):
        await Hearing(call.sessions, subscriptions(None)).hear_all([envelope])  # type: ignore[arg-type]


async def told(call: OpenCall, kind: str) -> list[dict[str, Any]]:
    async with unit_of_work(call.sessions, call.day.id) as session:
        facts = select(OutboxMessage.body).filter_by(type=kind).order_by(OutboxMessage.id)
        return list(await session.scalars(facts))


async def rows(call: OpenCall, table: Any, **key: Any) -> list[Any]:
    async with unit_of_work(call.sessions, call.day.id) as session:
        return list(await session.scalars(select(table).filter_by(**key).order_by(table.id)))


async def test_the_call_comes_along_as_a_draft_with_its_dates_shifted(call: OpenCall) -> None:
    event = cloned(call, "quotas")
    await hear(call, event)
    [old] = await rows(call, Call, id=call.call_id)
    [new] = await rows(call, Call, edition_id=event.id)
    assert (new.state, new.version, new.origin_id) == ("draft", 1, old.id)
    assert (new.opens_at, new.closes_at) == (old.opens_at + timedelta(YEAR), old.closes_at + timedelta(YEAR))
    assert (old.state, old.edition_id) == ("open", call.edition_id)
    assert (await told(call, "stakeholders.call-changed"))[-1]["edition_id"] == str(event.id)


async def test_quotas_point_to_the_new_panels_and_one_without_a_panel_stays_behind(call: OpenCall) -> None:
    await call.give_quota(call.day.federation, 5, first=1, second=2)
    event = cloned(call, "quotas", panels=1)
    await hear(call, event)
    [new_call] = await rows(call, Call, edition_id=event.id)
    quotas = {quota.organisation_id: quota for quota in await rows(call, OrganisationQuota, call_id=new_call.id)}
    assert {organisation: quota.limit for organisation, quota in quotas.items()} == {
        call.day.federation: 5,
        call.day.ministry: 2,
    }
    [limited] = await rows(call, PanelQuota, quota_id=quotas[call.day.federation].id)
    assert (limited.panel_id, limited.limit) == (event.panels[0].id, 1)
    [step] = await told(call, "cloning.clone-step-done")
    assert (step["edition_id"], step["service"], step["failed"]) == (str(event.id), "stakeholders", "")
    assert step["counts"] == {"calls": 1, "quotas": 2, "panel_quotas": 1}


async def test_without_quotas_only_the_call_comes_along(call: OpenCall) -> None:
    await hear(call, cloned(call, "panels"))
    [step] = await told(call, "cloning.clone-step-done")
    assert step["counts"] == {"calls": 1, "quotas": 0, "panel_quotas": 0}


async def test_nobodys_data_come_along(call: OpenCall) -> None:
    await call.submit(call.day.of_federation)
    await hear(call, cloned(call, "quotas", "panels", "seats"))
    async with unit_of_work(call.sessions, call.day.id) as session:
        for table, there in ((Person, 1), (Nomination, 1), (Invitation, 0)):
            assert await session.scalar(select(func.count()).select_from(table)) == there


async def test_hearing_it_twice_copies_once(call: OpenCall) -> None:
    event = cloned(call, "quotas")
    await hear(call, event, times=2)
    assert len(await told(call, "cloning.clone-step-done")) == 1
    await hear(call, event)  # the same fact under a new id
    assert len(await rows(call, Call, edition_id=event.id)) == 1
    assert len(await rows(call, OrganisationQuota)) == 4


async def test_an_edition_without_a_call_reports_that_there_was_nothing_to_copy(call: OpenCall) -> None:
    event = structs.replace(cloned(call, "quotas"), origin_id=uuid7())
    await hear(call, event)
    assert await rows(call, Call, edition_id=event.id) == []
    [step] = await told(call, "cloning.clone-step-done")
    assert set(step["counts"].values()) == {0}


async def test_a_share_that_is_given_up_is_named_and_copied_when_it_is_replayed(call: OpenCall) -> None:
    event = cloned(call)
    given_up = Envelope(
        id=uuid7(),
        type="editions.edition-cloned",
        tenant_id=event.tenant_id,
        body=to_builtins(event),
        actor="system",
        correlation_id="",
        occurred_at=TODAY,
    )
    hearing = Hearing(call.sessions, subscriptions(None))  # type: ignore[arg-type]
    await hearing.park(given_up, "a reason")
    await hearing.hear_one(given_up)

    failed, done = await told(call, "cloning.clone-step-done")
    assert (failed["service"], bool(failed["failed"]), failed["counts"]) == ("stakeholders", True, {})
    assert (done["service"], done["failed"], done["counts"]["calls"]) == ("stakeholders", "", 1)
