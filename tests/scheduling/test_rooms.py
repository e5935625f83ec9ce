"""Rooms: their hours are wall times, and one that is used is not taken away."""

from typing import Any

import pytest

from tests.scheduling.conftest import Workshop


def hours(opens: str, closes: str) -> dict[str, str]:
    return {"starts_at": f"2026-11-{opens}", "ends_at": f"2026-11-{closes}"}


async def test_a_room_keeps_its_hours_as_wall_times_and_shows_them_with_the_offset_of_its_zone(
    workshop: Workshop,
) -> None:
    """E8: with an offset, the moment is meant, whatever the zone of who sends it."""
    given = [hours("03T14:00:00", "03T18:00:00"), hours("03T04:00:00-05:00", "03T12:30:00+00:00")]
    await workshop.room(opening=given)
    [room] = (await workshop.get("/rooms?edition=2026"))["items"]
    assert room["opening"] == [
        hours("03T09:00:00Z", "03T12:30:00Z"),
        hours("03T14:00:00Z", "03T18:00:00Z"),
    ]
    assert (room["timezone"], room["edition"]) == ("Africa/Casablanca", "2026")


async def test_a_patch_changes_what_it_names_from_the_version_that_was_read(workshop: Workshop) -> None:
    room = await workshop.room(turnover=15)
    changed = (await workshop.change("PATCH", f"/rooms/{room['id']}", {"capacity": 80}, '"v1"')).json()
    assert (changed["capacity"], changed["turnover"], changed["version"]) == (80, 15, 2)
    stale = await workshop.change("PATCH", f"/rooms/{room['id']}", {"capacity": 90}, '"v1"')
    assert stale.status_code == 412


@pytest.mark.parametrize(
    ("changed", "status", "pointer"),
    [
        ({"capacity": 0}, 400, "/capacity"),
        ({"colour": "red"}, 400, "/colour"),
        ({"name": {"fr": "a\x00b"}}, 400, "/name"),
        ({"edition": "1999"}, 404, "/edition"),
        ({"opening": [hours("03T10:00:00", "03T09:00:00")]}, 400, "/opening/0/ends_at"),
        ({"opening": [hours("01T10:00:00", "03T09:00:00")]}, 400, "/opening/0"),
    ],
)
async def test_what_makes_no_sense_is_refused_with_its_field(
    workshop: Workshop, changed: dict[str, Any], status: int, pointer: str
) -> None:
    given = {"edition": "2026", "slug": "hall", "name": {"fr": "Salle"}, "capacity": 300}
    answer = await workshop.manager.post(f"{workshop.root}/rooms", json=given | changed)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (status, pointer)
    assert (await workshop.get("/rooms?edition=2026"))["items"] == []


async def test_two_rooms_have_two_names(workshop: Workshop) -> None:
    await workshop.room()
    given = {"edition": "2026", "slug": "hall", "name": {"fr": "Autre"}, "capacity": 10}
    answer = await workshop.manager.post(f"{workshop.root}/rooms", json=given)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/room-slug-taken")


async def test_a_room_that_holds_sessions_is_not_taken_away(workshop: Workshop) -> None:
    """E20: the refusal names them; once they are moved the room goes, and the release still shows its name."""
    room, other = await workshop.room("old"), await workshop.room("new")
    released, drafted = await workshop.session("released"), await workshop.session("drafted")
    draft = await workshop.draft()
    await workshop.place(draft, released, room, "2026-11-03T10:00:00")
    await workshop.release(draft)
    await workshop.place(draft, drafted, room, "2026-11-03T14:00:00")

    refused = await workshop.change("DELETE", f"/rooms/{room['id']}")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/room-in-use")
    assert [each["id"] for each in refused.json()["facts"]["sessions"]] == [released["id"], drafted["id"]]
    assert "Séance released, Séance drafted" in refused.json()["detail"]

    for session, clock in ((released, "10:00"), (drafted, "14:00")):
        await workshop.place(draft, session, other, f"2026-11-03T{clock}:00")
    assert (await workshop.change("DELETE", f"/rooms/{room['id']}")).status_code == 204
    shown = await workshop.public.get(f"{workshop.root}/editions/2026/releases/1/programme.json")
    assert [each["name"] for each in shown.json()["rooms"]] == [{"fr": "Salle old"}]
