"""What a request costs the database: lists at most three statements, writes at most nine, what is released none."""

from typing import Any

import pytest

from tests.scheduling.conftest import Workshop
from tests.statements import MOST_FOR_A_LIST, MOST_FOR_A_WRITE, counted_statements

MOST_FOR_A_RELEASE = 13


@pytest.mark.parametrize(
    "path", ["rooms?edition=2026", "sessions?edition=2026", "drafts?edition=2026", "editions/2026/releases"]
)
async def test_a_list_costs_three_at_most(workshop: Workshop, path: str) -> None:
    draft, room = await workshop.draft(), await workshop.room()
    for number in range(4):
        session = await workshop.session(f"s{number}")
        await workshop.place(draft, session, room, f"2026-11-03T{10 + number}:00:00")
    await workshop.release(draft)
    with counted_statements() as statements:
        found = await workshop.get(f"/{path}")
    assert found["items"]
    assert len(statements) <= MOST_FOR_A_LIST, statements


async def test_a_write_costs_nine_at_most(workshop: Workshop) -> None:
    """Each with an idempotency key, each the longest way through its command but for an approval that is open."""
    costs: dict[str, int] = {}

    async def write(method: str, path: str, body: Any = None) -> Any:
        headers = {"idempotency-key": f"{method} {path}", "if-match": "*"}
        with counted_statements() as statements:
            answer = await workshop.manager.request(method, workshop.root + path, json=body, headers=headers)
        assert answer.is_success, answer.text
        costs[f"{method} {path}"] = len(statements)
        return answer.json() if answer.content else None

    name = {"name": {"fr": "Salle"}}
    room = await write("POST", "/rooms", {"edition": "2026", "slug": "hall", "capacity": 90, **name})
    await write("PATCH", f"/rooms/{room['id']}", {"capacity": 100})
    other = await workshop.session("other")
    panel = {"panel_id": str(workshop.panels[0].id), "kind": "panel"}
    related = {"relations": [{"kind": "after", "session": "other"}, {"kind": "same_day", "session": "other"}]}
    session = await write("POST", "/sessions", {"edition": "2026", "slug": "s", "duration": 60, **panel, **related})
    await write("PATCH", f"/sessions/{session['id']}", {**panel, **related})
    draft = await workshop.draft()
    await workshop.place(draft, other, room, "2026-11-03T09:00:00")
    await workshop.release(draft)
    draft = await write("POST", "/drafts", {"edition": "2026"})
    place = {"room_id": room["id"], "starts_at": "2026-11-03T14:00:00"}
    await write("PUT", f"/drafts/{draft['id']}/placements/{session['id']}", place)
    await write("DELETE", f"/drafts/{draft['id']}/placements/{session['id']}")
    solve = await write("POST", f"/drafts/{draft['id']}/solves", {})
    await write("POST", f"/drafts/{draft['id']}/solves/{solve['id']}/stop")
    await write("DELETE", f"/sessions/{session['id']}")
    assert {path: cost for path, cost in costs.items() if cost > MOST_FOR_A_WRITE} == {}


async def test_the_last_signature_of_a_release_costs_thirteen_at_most(workshop: Workshop) -> None:
    """Of a programme that was released before, with all its documents.

    More than a write may cost: it is two in one transaction, the signature (four, each read only after a lock) and the
    release (five); then the journal, the facts, and the two that read the approval for the answer.
    """
    draft, room, session = await workshop.draft(), await workshop.room(), await workshop.session()
    await workshop.place(draft, session, room, "2026-11-03T10:00:00")
    await workshop.release(draft)
    await workshop.place(draft, session, room, "2026-11-03T11:00:00")
    approval = await workshop.propose(draft)
    await workshop.sign(draft, approval, workshop.day.ministry)
    with counted_statements() as statements:
        await workshop.sign(draft, approval, workshop.day.confederation)
    assert len(statements) <= MOST_FOR_A_RELEASE, statements


async def test_what_is_released_costs_no_statement_once_it_was_read(workshop: Workshop) -> None:
    draft, room, session = await workshop.draft(), await workshop.room(), await workshop.session()
    await workshop.place(draft, session, room, "2026-11-03T10:00:00")
    await workshop.release(draft)
    address = f"{workshop.root}/editions/2026/releases/1/programme.json"
    await workshop.public.get(address)
    with counted_statements() as statements:
        answer = await workshop.public.get(address)
    assert (answer.status_code, statements) == (200, [])
