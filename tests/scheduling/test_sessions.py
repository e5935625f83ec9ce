"""Sessions: a panel's session has the panel's title and speakers, and sessions stand to each other."""

from typing import Any

import pytest
from msgspec.structs import replace

from tests.scheduling.conftest import Workshop


async def test_a_panel_s_session_shows_the_title_and_the_confirmed_speakers_of_its_panel(workshop: Workshop) -> None:
    amina = workshop.speaker("Amina")
    await workshop.tell(amina, workshop.speaker("Youssef", confirmed=False))
    await workshop.session("panel", kind="panel", title=None, panel_id=str(workshop.panels[0].id))
    [session] = (await workshop.get("/sessions?edition=2026"))["items"]
    assert (session["title"], session["panel_ordinal"]) == (workshop.panels[0].title, 1)
    assert [(each["name"], each["role"]) for each in session["speakers"]] == [("Amina", "speaker")]

    await workshop.tell(replace(amina, version=3, confirmed=False), replace(amina, version=2, name="Trop tard"))
    assert (await workshop.get(f"/sessions/{session['id']}"))["speakers"] == []


async def test_what_is_said_of_two_sessions_is_seen_from_both(workshop: Workshop) -> None:
    first = await workshop.session("first")
    second = await workshop.session(
        "second", relations=[{"kind": "after", "session": "first"}, {"kind": "same_room", "session": first["id"]}]
    )

    async def relations(session: Any) -> set[tuple[str, str]]:
        found = await workshop.get(f"/sessions/{session['id']}")
        return {(each["kind"], each["session_id"]) for each in found["relations"]}

    assert await relations(first) == {("before", second["id"]), ("same_room", second["id"])}
    assert await relations(second) == {("after", first["id"]), ("same_room", first["id"])}
    await workshop.change(
        "PATCH", f"/sessions/{first['id']}", {"relations": [{"kind": "other_room", "session": "second"}]}
    )
    assert await relations(second) == {("other_room", first["id"])}


@pytest.mark.parametrize(
    ("changed", "status", "pointer"),
    [
        ({"title": None}, 400, "/title"),
        ({"duration": 0}, 400, "/duration"),
        ({"kind": "party"}, 400, "/kind"),
        ({"panel_id": "00000000-0000-7000-8000-000000000000"}, 404, "/panel_id"),
        ({"relations": [{"kind": "after", "session": "nowhere"}]}, 404, "/relations/0/session"),
        ({"relations": [{"kind": "after", "session": "keynote"}]}, 400, "/relations/0/session"),
    ],
)
async def test_what_makes_no_sense_is_refused_with_its_field(
    workshop: Workshop, changed: dict[str, Any], status: int, pointer: str
) -> None:
    given = {"edition": "2026", "slug": "keynote", "kind": "keynote", "duration": 60, "title": {"fr": "Séance"}}
    answer = await workshop.manager.post(f"{workshop.root}/sessions", json=given | changed)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (status, pointer)
    assert (await workshop.get("/sessions?edition=2026"))["items"] == []


async def test_a_session_that_has_its_place_in_a_draft_is_not_deleted(workshop: Workshop) -> None:
    room, session, draft = await workshop.room(), await workshop.session(), await workshop.draft()
    await workshop.place(draft, session, room, "2026-11-03T10:00:00")
    refused = await workshop.change("DELETE", f"/sessions/{session['id']}")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/still-placed")
    await workshop.change("DELETE", f"/drafts/{draft['id']}/placements/{session['id']}")
    assert (await workshop.change("DELETE", f"/sessions/{session['id']}")).status_code == 204


async def test_pages_of_a_list_hold_each_session_once_while_one_is_edited(workshop: Workshop) -> None:
    """E24: a stable order, breaks among the others, values of a filter that is repeated mean either."""
    made = [
        await workshop.session(f"s-{n:02}", kind=("break", "panel", "meeting")[n % 3], title={"fr": "Même titre"})
        for n in range(23)
    ]
    for limit in (5, 10):
        seen, address = [], f"/sessions?edition=2026&limit={limit}"
        while address:
            answer = await workshop.manager.get(f"{workshop.root}{address}")
            seen += [each["id"] for each in answer.json()["items"]]
            await workshop.change("PATCH", f"/sessions/{made[0]['id']}", {"duration": 30 + len(seen)})
            following = answer.json()["next"]
            address = f"/sessions?edition=2026&limit={limit}&cursor={following}" if following else ""
        assert seen == [each["id"] for each in made]
    either = await workshop.get("/sessions?edition=2026&kind=break&kind=meeting")
    assert {each["kind"] for each in either["items"]} == {"break", "meeting"}
    assert len(either["items"]) == sum(each["kind"] != "panel" for each in made)
    for wrong in ("colour=red", "kind=party", "cursor=x"):
        refused = await workshop.manager.get(f"{workshop.root}/sessions?edition=2026&{wrong}")
        assert refused.status_code == 400, wrong
