"""The solver puts the best that it finds into the draft; one at a time in a tenant."""

import asyncio
from typing import Any
from uuid import UUID

from prometheus_client import REGISTRY

from services.scheduling.drafts.subscribers import run_solve
from tests.scheduling.conftest import NOW, Workshop


async def furnish(workshop: Workshop) -> Any:
    await workshop.room("hall", turnover=15)
    for slug in ("first", "second", "third"):
        await workshop.session(slug)
    await workshop.session("opening", kind="opening", plenary=True)
    return await workshop.draft()


async def test_everything_finds_its_place(workshop: Workshop) -> None:
    draft = await furnish(workshop)
    solve = await workshop.solve(draft)
    assert (solve["state"], solve["placed"], solve["unplaced"]) == ("optimal", 4, 0)
    draft = await workshop.get(f"/drafts/{draft['id']}")
    assert (len(draft["placements"]), draft["unplaced"], draft["version"]) == (4, [], 2)
    assert [each for each in draft["conflicts"] if each["level"] == "hard"] == []
    [solved] = await workshop.told("scheduling.draft-solved")
    assert (solved["placed"], solved["status"], solved["version"]) == (4, "optimal", 2)


async def test_how_long_it_took_and_how_good_it_became_is_told(workshop: Workshop) -> None:
    def told(name: str, **labels: str) -> float:
        return REGISTRY.get_sample_value(f"moussem_solve_{name}", labels) or 0

    before, seconds = told("seconds_count", ended="optimal"), told("seconds_sum", ended="optimal")
    solve = await workshop.solve(await furnish(workshop))
    assert told("seconds_count", ended="optimal") == before + 1
    assert told("seconds_sum", ended="optimal") > seconds
    assert {level: told("loss", level=level) for level in solve["score"]} == solve["score"]
    assert told("bound", level=solve["level"]) == solve["bound"]


async def test_a_draft_that_is_as_good_already_stays_as_it_is(workshop: Workshop) -> None:
    draft = await furnish(workshop)
    await workshop.solve(draft)
    before = await workshop.get(f"/drafts/{draft['id']}")
    await workshop.solve(draft)
    after = await workshop.get(f"/drafts/{draft['id']}")
    assert (after["placements"], after["version"]) == (before["placements"], before["version"])


async def test_the_request_is_told_and_one_runs_at_a_time(workshop: Workshop) -> None:
    draft, other = await furnish(workshop), await workshop.draft()
    asked = await workshop.post(f"/drafts/{draft['id']}/solves", {}, 202)
    [requested] = await workshop.told("scheduling.solve-requested")
    assert (requested["id"], requested["draft_id"]) == (asked["id"], draft["id"])
    refused = await workshop.manager.post(f"{workshop.root}/drafts/{other['id']}/solves", json={})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/solve-running")
    session = draft["unplaced"][0]
    by_hand = await workshop.change("DELETE", f"/drafts/{draft['id']}/placements/{session}")
    assert (by_hand.status_code, by_hand.json()["type"]) == (409, "/problems/solve-running")


async def test_of_many_requests_at_once_one_is_taken(workshop: Workshop) -> None:
    draft = await furnish(workshop)
    answers = await asyncio.gather(
        *(workshop.manager.post(f"{workshop.root}/drafts/{draft['id']}/solves", json={}) for _ in range(6))
    )
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409, 409, 409]


async def test_a_solve_that_is_brought_twice_is_done_once(workshop: Workshop) -> None:
    draft = await furnish(workshop)
    solve = await workshop.solve(draft)
    await run_solve(workshop.sessions, workshop.day.id, UUID(solve["id"]), lambda: NOW)
    assert len(await workshop.told("scheduling.draft-solved")) == 1


async def test_a_solve_that_shall_stop_keeps_its_best(workshop: Workshop) -> None:
    draft = await furnish(workshop)
    for number in range(40):
        await workshop.session(f"more-{number}")
    asked = await workshop.post(f"/drafts/{draft['id']}/solves", {"seconds": 120}, 202)
    await workshop.post(f"/drafts/{draft['id']}/solves/{asked['id']}/stop", None, 202)
    await run_solve(workshop.sessions, workshop.day.id, UUID(asked["id"]), lambda: NOW)
    assert (await workshop.get(f"/drafts/{draft['id']}/solves/{asked['id']}"))["state"] == "stopped"
    again = await workshop.manager.post(f"{workshop.root}/drafts/{draft['id']}/solves/{asked['id']}/stop")
    assert (again.status_code, again.json()["type"]) == (409, "/problems/not-running")


async def test_without_rooms_there_is_nothing_to_solve(workshop: Workshop) -> None:
    await workshop.session()
    draft = await workshop.draft()
    refused = await workshop.manager.post(f"{workshop.root}/drafts/{draft['id']}/solves", json={})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/nothing-to-schedule")
