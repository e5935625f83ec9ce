"""The theme changes when ministry and confederation have both signed the same text."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from libs.approvals.commands import Refuse, Sign, refuse, sign, withdraw
from libs.approvals.domain import (
    AlreadySigned,
    NoLongerOpen,
    NotASignatory,
    NothingChanges,
    NotYourProposal,
    TextChanged,
)
from libs.approvals.models import Approval, Decision
from libs.approvals.queries import read_approval
from libs.db.tenancy import Sessions, unit_of_work
from libs.identity import Principal
from libs.messaging.models import OutboxMessage
from services.editions.approvals.commands import EFFECTS, propose_change
from services.editions.approvals.domain import ProposeTheme, Theme
from services.editions.editions.models import Edition
from tests.days import Day
from tests.editions.conftest import NOW

NEW = {"fr": "Industrie et souveraineté", "ar": "الصناعة والسيادة"}


async def propose(sessions: Sessions, who: Principal, theme: dict[str, str] = NEW) -> Approval:
    async with unit_of_work(sessions, who.tenant_id, actor=who.actor) as session:
        return await propose_change(session, who, "2025", ProposeTheme(content=Theme(theme=theme)), NOW)


async def give(sessions: Sessions, who: Principal, approval: UUID, sha256: str) -> Any:
    async with unit_of_work(sessions, who.tenant_id, actor=who.actor) as session:
        return await sign(session, who, approval, Sign(sha256=sha256), NOW, EFFECTS["theme"])


async def theme_of(sessions: Sessions, edition: Edition) -> dict[str, str]:
    async with unit_of_work(sessions, edition.tenant_id) as session:
        return (await session.scalars(select(Edition.theme).filter_by(id=edition.id))).one()


async def test_one_signature_changes_nothing_and_the_second_makes_it_so(
    sessions: Sessions, day: Day, held: Edition
) -> None:
    approval = await propose(sessions, day.of_ministry)
    await give(sessions, day.of_ministry, approval.id, approval.sha256)
    assert await theme_of(sessions, held) == {"fr": "Le Made in Morocco"}

    await give(sessions, day.of_confederation, approval.id, approval.sha256)
    assert await theme_of(sessions, held) == NEW
    async with unit_of_work(sessions, day.id) as session:
        bodies = await session.scalars(select(OutboxMessage.body).filter_by(aggregate_id=held.id))
        told = max(bodies.all(), key=lambda body: body["version"])
    assert told["theme"] == NEW


async def test_an_edit_makes_a_new_text_and_no_signature_holds_for_it(
    sessions: Sessions, day: Day, held: Edition
) -> None:
    """E4."""
    first = await propose(sessions, day.of_ministry)
    await give(sessions, day.of_ministry, first.id, first.sha256)
    second = await propose(sessions, day.of_confederation, {"fr": "Un autre texte"})
    assert second.id == first.id
    with pytest.raises(TextChanged):
        await give(sessions, day.of_confederation, first.id, first.sha256)
    await give(sessions, day.of_confederation, second.id, second.sha256)

    async with unit_of_work(sessions, day.id) as session:
        view = await read_approval(session, first.id)
    assert (view.state, view.signed, view.waiting) == ("open", [day.confederation], [day.ministry])
    assert [each.act for each in view.decisions] == ["proposed", "signed", "changed", "signed"]
    assert await theme_of(sessions, held) == {"fr": "Le Made in Morocco"}


async def test_two_last_signatures_at_once_make_it_so_exactly_once(sessions: Sessions, day: Day, held: Edition) -> None:
    approval = await propose(sessions, day.of_ministry)
    await asyncio.gather(
        *(give(sessions, who, approval.id, approval.sha256) for who in (day.of_ministry, day.of_confederation))
    )
    assert await theme_of(sessions, held) == NEW
    async with unit_of_work(sessions, day.id) as session:
        told = await session.scalars(select(OutboxMessage.version).filter_by(aggregate_id=held.id))
        assert sorted(told.all()) == [1, 2]


async def test_only_co_organisers_sign_and_each_once(sessions: Sessions, day: Day, held: Edition) -> None:
    approval = await propose(sessions, day.of_ministry)
    with pytest.raises(NotASignatory):
        await give(sessions, day.who("co_organiser", held.id), approval.id, approval.sha256)
    await give(sessions, day.of_ministry, approval.id, approval.sha256)
    with pytest.raises(AlreadySigned):
        await give(sessions, day.of_ministry, approval.id, approval.sha256)


async def test_a_refusal_ends_it_with_its_reason(sessions: Sessions, day: Day, held: Edition) -> None:
    approval = await propose(sessions, day.of_ministry)
    async with unit_of_work(sessions, day.id) as session:
        await refuse(session, day.of_confederation, approval.id, Refuse(reason="Trop long"), NOW)
    with pytest.raises(NoLongerOpen, match="refused"):
        await give(sessions, day.of_ministry, approval.id, approval.sha256)
    async with unit_of_work(sessions, day.id) as session:
        reasons = await session.scalars(select(Decision.comment).filter_by(approval_id=approval.id, act="refused"))
        assert reasons.all() == ["Trop long"]
    assert await theme_of(sessions, held) == {"fr": "Le Made in Morocco"}


async def test_only_who_proposed_it_may_withdraw_it(sessions: Sessions, day: Day, held: Edition) -> None:
    approval = await propose(sessions, day.of_ministry)
    async with unit_of_work(sessions, held.tenant_id) as session:
        with pytest.raises(NotYourProposal):
            await withdraw(session, day.of_confederation, approval.id, NOW)
        withdrawn = await withdraw(session, day.of_ministry, approval.id, NOW)
    assert withdrawn.state == "withdrawn"


async def test_the_same_text_is_no_change_also_in_another_unicode_form(
    sessions: Sessions, day: Day, held: Edition
) -> None:
    assert held.version == 1
    await propose(sessions, day.of_ministry, {"fr": "Été"})
    with pytest.raises(NothingChanges):
        await propose(sessions, day.of_ministry, {"fr": "Le Made in Morocco "})
