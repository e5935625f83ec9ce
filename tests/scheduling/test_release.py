"""A draft that all have signed is published as the edition's next release, and stays as it was."""

import asyncio
from typing import Any
from uuid import UUID

import jsonschema  # type: ignore[import-untyped]  # it has no types
import pytest
from icalendar import Calendar
from msgspec import convert
from msgspec.structs import replace

from libs.contracts.programme import Programme
from tests.scheduling.conftest import Workshop

FILES = ("programme.json", "programme.ics", "programme.ar.ics")


async def file(workshop: Workshop, number: int | str, name: str = "programme.json") -> Any:
    answer = await workshop.public.get(f"{workshop.root}/editions/2026/releases/{number}/{name}")
    assert answer.status_code == 200, answer.text
    return answer


async def programme(workshop: Workshop, number: int | str = "latest") -> Programme:
    told = (await file(workshop, number)).json()
    del told["$schema"]
    return convert(told, Programme)


async def events(workshop: Workshop, number: int | str = "latest", name: str = "programme.ics") -> dict[str, Any]:
    calendar = Calendar.from_ical((await file(workshop, number, name)).content)
    return {str(event["uid"]).partition("@")[0]: event for event in calendar.walk("VEVENT")}


async def three_placed(workshop: Workshop) -> tuple[Any, Any, list[Any]]:
    """Place three sessions in one room at 10:00, 12:00 and 14:00; return the draft, the room and the sessions."""
    room, sessions = await workshop.room(), [await workshop.session(slug) for slug in ("s1", "s2", "s3")]
    draft = await workshop.draft()
    for session, hour in zip(sessions, (10, 12, 14), strict=True):
        await workshop.place(draft, session, room, f"2026-11-03T{hour}:00:00")
    return draft, room, sessions


async def test_the_last_signature_releases_and_the_first_shows_nothing(workshop: Workshop) -> None:
    """E2: before, no time, room or title is public in any form."""
    draft, _, sessions = await three_placed(workshop)
    approval = await workshop.propose(draft)
    await workshop.sign(draft, approval, workshop.day.ministry)
    for name in FILES:
        hidden = await workshop.public.get(f"{workshop.root}/editions/2026/releases/latest/{name}")
        assert hidden.status_code == 404
    for path in ("sessions?edition=2026", "rooms?edition=2026", f"drafts/{draft['id']}"):
        assert (await workshop.public.get(f"{workshop.root}/{path}")).status_code == 401
    assert (await workshop.public.get(f"{workshop.root}/editions/2026/releases")).json()["items"] == []

    await workshop.sign(draft, approval, workshop.day.confederation)
    released = await programme(workshop)
    assert [str(each.id) for each in released.sessions] == [each["id"] for each in sessions]
    [fact] = await workshop.told("scheduling.programme-released")
    assert convert(fact["programme"], Programme) == released
    assert (fact["version"], fact["id"], released.changes) == (1, str(workshop.edition.id), ())


async def test_only_confirmed_speakers_are_named(workshop: Workshop) -> None:
    """E2."""
    moderator = workshop.speaker("Zineb", seat_role="moderator")
    await workshop.tell(workshop.speaker("Amina"), moderator, workshop.speaker("Omar", confirmed=False))
    panel = await workshop.session("panel", kind="panel", title=None, panel_id=str(workshop.panels[0].id))
    room, draft = await workshop.room(), await workshop.draft()
    await workshop.place(draft, panel, room, "2026-11-03T10:00:00")
    await workshop.release(draft)
    [session] = (await programme(workshop)).sessions
    assert [each.name for each in session.speakers] == ["Zineb", "Amina"]
    assert (session.title, session.panel_ordinal) == (workshop.panels[0].title, 1)
    arabic = (await events(workshop, name="programme.ar.ics"))[panel["id"]]
    assert (str(arabic["summary"]), arabic["summary"].params["LANGUAGE"]) == ("الجلسة 1", "ar")


async def test_a_later_edit_reopens_the_approval_for_all_and_leaves_what_is_public_alone(workshop: Workshop) -> None:
    """E4: a title, a room's name, a placement, a panel or a speaker that changes makes a new text to be signed."""
    await workshop.tell(workshop.speaker("Amina"))
    draft, room, [first, *_] = await three_placed(workshop)
    panel = await workshop.session("panel", kind="panel", title=None, panel_id=str(workshop.panels[0].id))
    await workshop.place(draft, panel, room, "2026-11-03T16:00:00")
    await workshop.release(draft)
    await workshop.place(draft, first, room, "2026-11-03T09:00:00")
    approval = await workshop.propose(draft)

    async def edit(act: Any) -> None:
        nonlocal approval
        await workshop.sign(draft, approval, workshop.day.ministry)
        await act
        refused = await workshop.sign(draft, approval, workshop.day.confederation, 409)
        assert refused["type"] == "/problems/text-changed"
        [listed, _] = (await workshop.get(f"/drafts/{draft['id']}/approvals"))["items"]
        assert (listed["id"], listed["signed"]) == (approval["id"], [])
        approval = listed

    await edit(workshop.change("PATCH", f"/sessions/{first['id']}", {"title": {"fr": "Autre titre"}}))
    await edit(workshop.change("PATCH", f"/rooms/{room['id']}", {"name": {"fr": "Autre salle"}}))
    await edit(workshop.place(draft, first, room, "2026-11-04T09:00:00"))
    await edit(workshop.tell(replace(workshop.panels[0], version=2, title={"fr": "Autre panel"})))
    await edit(workshop.tell(workshop.speaker("Youssef")))
    shown = await programme(workshop)
    assert (shown.number, shown.sessions[0].title) == (1, {"fr": "Séance s1"})
    for organisation in (workshop.day.ministry, workshop.day.confederation):
        await workshop.sign(draft, approval, organisation)
    assert {each.kind for each in (await programme(workshop, 2)).changes} == {"moved", "retitled", "speakers"}


async def test_an_edit_and_the_last_signature_at_once_never_release_what_was_not_signed(workshop: Workshop) -> None:
    draft, _, [first, *_] = await three_placed(workshop)
    approval = await workshop.propose(draft)
    await workshop.sign(draft, approval, workshop.day.ministry)
    signer = workshop.client_of("scheduling", workshop.day.who("co_organiser", workshop.day.confederation))
    address = f"{workshop.root}/drafts/{draft['id']}/approvals/{approval['id']}/signatures"
    signed, edited = await asyncio.gather(
        signer.post(address, json={"sha256": approval["sha256"]}),
        workshop.change("PATCH", f"/sessions/{first['id']}", {"title": {"fr": "Autre titre"}}),
    )
    assert edited.status_code == 200
    assert signed.status_code in {201, 409}
    if signed.status_code == 201:
        assert {"fr": "Séance s1"} in [each.title for each in (await programme(workshop)).sessions]
        listed = (await workshop.get(f"/drafts/{draft['id']}/approvals"))["items"]
        assert [each["state"] for each in listed] == ["applied"]


async def test_a_release_says_exactly_what_it_changed(workshop: Workshop) -> None:
    """E26: in the edition's own time; the release before stays byte for byte."""
    draft, room, [first, second, third] = await three_placed(workshop)
    await workshop.release(draft)
    before = {name: await file(workshop, 1, name) for name in FILES}
    await workshop.place(draft, first, room, "2026-11-03T09:35:00")
    await workshop.change("DELETE", f"/drafts/{draft['id']}/placements/{second['id']}")
    await workshop.change("PATCH", f"/sessions/{third['id']}", {"title": {"fr": "Nouveau titre"}})
    await workshop.release(draft)
    released = await programme(workshop, 2)
    assert {(each.kind, str(each.session_id), each.before, each.after) for each in released.changes} == {
        (
            "moved",
            first["id"],
            "2026-11-03T10:00+00:00/2026-11-03T11:00+00:00",
            "2026-11-03T09:35+00:00/2026-11-03T10:35+00:00",
        ),
        ("cancelled", second["id"], "", ""),
        ("retitled", third["id"], "Séance s3", "Nouveau titre"),
    }
    for name, was in before.items():
        is_now = await file(workshop, 1, name)
        assert (is_now.content, is_now.headers["etag"]) == (was.content, was.headers["etag"])
        assert "immutable" in is_now.headers["cache-control"]
    listed = (await workshop.public.get(f"{workshop.root}/editions/2026/releases")).json()["items"]
    assert [(each["number"], len(each["changes"])) for each in listed] == [(2, 3), (1, 0)]


async def test_calendars_keep_a_session_s_uid_and_mark_what_is_cancelled(workshop: Workshop) -> None:
    """E14, P26: SEQUENCE grows with what changed; what is cancelled stays, marked so, and may come back."""
    draft, room, [first, second, third] = await three_placed(workshop)
    await workshop.release(draft)
    one = await events(workshop, 1)
    await workshop.place(draft, first, room, "2026-11-03T09:00:00")
    await workshop.change("DELETE", f"/drafts/{draft['id']}/placements/{second['id']}")
    await workshop.release(draft)
    two = await events(workshop, 2)
    assert one.keys() == two.keys() == {each["id"] for each in (first, second, third)}
    assert [str(one[key]["uid"]) for key in one] == [str(two[key]["uid"]) for key in one]
    state = {key: (int(event["sequence"]), str(event["status"])) for key, event in two.items()}
    assert state == {first["id"]: (1, "CONFIRMED"), second["id"]: (1, "CANCELLED"), third["id"]: (0, "CONFIRMED")}

    await workshop.place(draft, second, room, "2026-11-04T12:00:00")
    await workshop.release(draft)
    three = await events(workshop)
    assert (int(three[second["id"]]["sequence"]), str(three[second["id"]]["status"])) == (2, "CONFIRMED")
    assert [(each.kind, str(each.session_id)) for each in (await programme(workshop)).changes] == [
        ("new", second["id"])
    ]


async def test_one_time_is_the_same_instant_in_every_export(workshop: Workshop) -> None:
    """E8, P17, E22: wall time and the zone's offset on that date; the night belongs to the day before."""
    opening = [{"starts_at": "2026-11-04T09:00:00", "ends_at": "2026-11-05T02:00:00"}]
    room = await workshop.room(opening=opening)
    gala = await workshop.session("gala", kind="meeting", duration=120)
    draft = await workshop.place(await workshop.draft(), gala, room, "2026-11-04T23:30:00")
    await workshop.release(draft)
    [session] = (await programme(workshop)).sessions
    assert (session.starts_at.isoformat(), session.ends_at.isoformat(), session.day.isoformat()) == (
        "2026-11-04T23:30:00+00:00",
        "2026-11-05T01:30:00+00:00",
        "2026-11-04",
    )
    [event] = (await events(workshop)).values()
    assert (event["dtstart"].to_ical(), event["dtend"].to_ical()) == (b"20261104T233000Z", b"20261105T013000Z")


async def test_the_published_schema_describes_what_is_published(workshop: Workshop) -> None:
    draft, _, _ = await three_placed(workshop)
    await workshop.release(draft)
    told = (await file(workshop, "latest")).json()
    schema = (await workshop.public.get(told["$schema"])).json()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(told, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**told, "number": "one"}, schema)


async def test_a_file_is_found_by_the_edition_s_id_too(workshop: Workshop) -> None:
    draft, _, _ = await three_placed(workshop)
    await workshop.release(draft)
    address = f"{workshop.root}/editions/{workshop.edition.id}/releases/1/programme.ics"
    answer = await workshop.public.get(address, follow_redirects=True)
    assert answer.content == (await file(workshop, 1, "programme.ics")).content
    for missing in ("editions/2026/releases/7", "editions/2026/releases/7/programme.ics", "editions/1999/releases"):
        assert (await workshop.public.get(f"{workshop.root}/{missing}")).status_code == 404


async def test_a_draft_that_breaks_a_rule_is_not_put_up_for_signature(workshop: Workshop) -> None:
    draft, room, [first, *_] = await three_placed(workshop)
    await workshop.place(draft, first, room, "2026-11-03T12:30:00")
    refused = await workshop.propose(draft, 409)
    assert refused["type"] == "/problems/breaks-rules"
    assert len(refused["facts"]["sentences"]) == 1
    assert "Séance s1" in refused["detail"]


async def test_an_empty_draft_and_an_unchanged_one_are_not_put_up_for_signature(workshop: Workshop) -> None:
    empty = await workshop.draft()
    assert (await workshop.propose(empty, 409))["type"] == "/problems/nothing-placed"
    draft, _, _ = await three_placed(workshop)
    await workshop.release(draft)
    assert (await workshop.propose(draft, 409))["type"] == "/problems/nothing-changes"


async def test_a_new_draft_begins_where_the_release_stands(workshop: Workshop) -> None:
    draft, _, sessions = await three_placed(workshop)
    await workshop.release(draft)
    following = await workshop.draft()
    assert [UUID(each["session_id"]) for each in following["placements"]] == [UUID(each["id"]) for each in sessions]
    assert following["id"] != draft["id"]


async def test_two_drafts_released_at_once_are_two_releases_in_a_row(workshop: Workshop) -> None:
    draft, room, [first, *_] = await three_placed(workshop)
    other = await workshop.draft()
    await workshop.place(other, first, room, "2026-11-04T10:00:00")
    approvals = [(each, await workshop.propose(each)) for each in (draft, other)]
    for each, approval in approvals:
        await workshop.sign(each, approval, workshop.day.ministry)
    await asyncio.gather(*(workshop.sign(each, approval, workshop.day.confederation) for each, approval in approvals))
    listed = (await workshop.public.get(f"{workshop.root}/editions/2026/releases")).json()["items"]
    assert [each["number"] for each in listed] == [2, 1]
