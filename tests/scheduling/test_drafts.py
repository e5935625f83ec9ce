"""A draft is worked on by hand: what it breaks is told in words, and not forbidden."""

import asyncio

from tests.scheduling.conftest import Workshop


async def test_a_new_draft_has_everything_to_be_placed(workshop: Workshop) -> None:
    session = await workshop.session()
    draft = await workshop.draft()
    assert (draft["placements"], draft["unplaced"]) == ([], [session["id"]])
    assert [each["date"] for each in draft["days"]] == ["2026-11-03", "2026-11-04"]
    [listed] = (await workshop.get("/drafts?edition=2026"))["items"]
    assert (listed["id"], listed["placed"]) == (draft["id"], 0)


async def test_a_placement_is_kept_and_its_conflicts_are_told_in_the_reader_s_language(workshop: Workshop) -> None:
    room = await workshop.room(turnover=15)
    first, second = await workshop.session("first"), await workshop.session("second")
    draft = await workshop.draft()
    await workshop.place(draft, first, room, "2026-11-03T10:00:00")
    draft = await workshop.place(draft, second, room, "2026-11-03T11:05:00")
    assert [(each["session_id"], each["starts_at"], each["day"]) for each in draft["placements"]] == [
        (first["id"], "2026-11-03T10:00:00Z", "2026-11-03"),
        (second["id"], "2026-11-03T11:05:00Z", "2026-11-03"),
    ]
    [conflict] = [each for each in draft["conflicts"] if each["level"] == "hard"]
    assert conflict["sentence"] == (
        "“Séance second” starts at Tuesday 11:05 in Salle hall, which “Séance first” and its turnover take"
        " until Tuesday 11:15."
    )
    assert (conflict["room_id"], set(conflict["session_ids"])) == (room["id"], {first["id"], second["id"]})
    french = await workshop.manager.get(
        f"{workshop.root}/drafts/{draft['id']}", headers={"accept-language": "fr-MA,fr;q=0.9"}
    )
    assert "« Séance second » commence mardi 11:05" in french.text


async def test_what_a_speaker_said_of_their_hours_counts(workshop: Workshop) -> None:
    hours = ("2026-11-03T09:00:00", "2026-11-03T11:00:00")
    await workshop.tell(workshop.speaker("Amina", hours))
    panel = await workshop.session("panel", kind="panel", title=None, panel_id=str(workshop.panels[0].id))
    room, draft = await workshop.room(), await workshop.draft()
    draft = await workshop.place(draft, panel, room, "2026-11-03T10:30:00")
    assert [each["sentence"] for each in draft["conflicts"] if each["level"] == "hard"] == [
        "Amina cannot be there for “Panel 1” from Tuesday 10:30 to Tuesday 11:30."
    ]


async def test_a_session_over_midnight_belongs_to_the_day_on_which_it_starts(workshop: Workshop) -> None:
    """E22: the room is open until 02:00, so the last programme day ends then."""
    opening = [{"starts_at": "2026-11-04T09:00:00", "ends_at": "2026-11-05T02:00:00"}]
    room = await workshop.room(opening=opening)
    gala = await workshop.session("gala", kind="meeting", duration=120)
    draft = await workshop.place(await workshop.draft(), gala, room, "2026-11-04T23:30:00")
    [placement] = draft["placements"]
    assert (placement["ends_at"], placement["day"]) == ("2026-11-05T01:30:00Z", "2026-11-04")
    assert [each for each in draft["conflicts"] if each["level"] == "hard"] == []
    assert draft["days"][1]["closes_at"] == "2026-11-05T02:00:00Z"


async def test_what_is_not_there_is_not_placed(workshop: Workshop) -> None:
    room, session, draft = await workshop.room(), await workshop.session(), await workshop.draft()
    path = f"/drafts/{draft['id']}/placements/{session['id']}"
    good = {"room_id": room["id"], "starts_at": "2026-11-03T10:00:00"}
    for changed, address, status in (
        ({"room_id": session["id"]}, path, 404),
        ({"starts_at": "2026-11-06T10:00:00"}, path, 400),
        ({}, f"/drafts/{draft['id']}/placements/{room['id']}", 404),
        ({}, f"/drafts/{room['id']}/placements/{session['id']}", 404),
    ):
        assert (await workshop.change("PUT", address, good | changed)).status_code == status
    assert (await workshop.change("DELETE", path)).status_code == 404


async def test_of_two_changes_from_one_version_one_is_stale(workshop: Workshop) -> None:
    room, session, draft = await workshop.room(), await workshop.session(), await workshop.draft()
    path = f"/drafts/{draft['id']}/placements/{session['id']}"
    answers = await asyncio.gather(
        *(
            workshop.change("PUT", path, {"room_id": room["id"], "starts_at": f"2026-11-03T{hour}:00:00"}, '"v1"')
            for hour in (10, 11, 12)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
