from datetime import datetime
from typing import Any

import pytest

from services.portal.approvals.domain import moved, removed
from services.portal.programme.grid import days

pytestmark = pytest.mark.unit

ROOMS = [{"id": "hall", "name": {"en": "Hall"}}, {"id": "small", "name": {"en": "Small"}}]


def _session(name: str, *, plenary: bool = False) -> dict[str, Any]:
    return {"id": name, "title": {"en": name}, "kind": "meeting", "plenary": plenary, "duration": 60, "speakers": []}


def _placed(name: str, room: str, starts: str, ends: str, day: str | None = "2026-11-03") -> dict[str, Any]:
    return {"session_id": name, "room_id": room, "starts_at": starts, "ends_at": ends, "day": day}


def _draft(*placements: dict[str, Any], **changes: Any) -> dict[str, Any]:
    opens, closes = "2026-11-03T09:00:00+00:00", "2026-11-03T17:30:00+00:00"
    drawn = [{"date": "2026-11-03", "opens_at": opens, "closes_at": closes}]
    return {"days": drawn, "placements": list(placements), "conflicts": [], **changes}


def test_a_session_stands_in_its_rooms_row_and_as_long_as_it_lasts() -> None:
    placed = _placed("talk", "small", "2026-11-03T10:15:00+00:00", "2026-11-03T11:30:00+00:00")
    [day] = days(_draft(placed), ROOMS, [_session("talk")])
    [block] = day.blocks
    assert (block.at, block.span, block.row, block.rows) == (3, 15, 3, 1)  # in five minutes from 10:00


def test_what_is_placed_outside_of_every_day_is_drawn_on_its_date_all_the_same() -> None:
    placed = _placed("early", "hall", "2026-11-03T06:00:00+00:00", "2026-11-03T07:00:00+00:00", day=None)
    [day] = days(_draft(placed), ROOMS, [_session("early")])
    assert [block.session["id"] for block in day.blocks] == ["early"]
    assert day.hours[0].moment == datetime.fromisoformat("2026-11-03T06:00:00+00:00")


def test_a_session_too_short_for_words_beside_each_other_is_slim() -> None:
    placements = [
        _placed("break", "hall", "2026-11-03T10:00:00+00:00", "2026-11-03T10:20:00+00:00"),
        _placed("talk", "hall", "2026-11-03T11:00:00+00:00", "2026-11-03T11:45:00+00:00"),
    ]
    [day] = days(_draft(*placements), ROOMS, [_session("break"), _session("talk")])
    assert [block.slim for block in day.blocks] == [True, False]


def _window(starts: str, ends: str) -> dict[str, str]:
    return {"starts_at": f"2026-11-{starts}:00+00:00", "ends_at": f"2026-11-{ends}:00+00:00"}


def test_speakers_with_limited_time_have_a_band_on_the_same_axis() -> None:
    speakers = [
        {"person_id": "1", "name": "Whole", "availability": [_window("03T08:00", "03T20:00")]},
        {"person_id": "2", "name": "Any time", "availability": []},
        {"person_id": "3", "name": "Morning", "availability": [_window("03T08:00", "03T12:30")]},
        {"person_id": "4", "name": "Absent", "availability": [_window("04T09:00", "04T12:00")]},
    ]
    panels = [_session(name) | {"speakers": speakers} for name in ("one", "two")]
    [day] = days(_draft(), ROOMS, panels)
    assert [(each.name, [(window.at, window.span) for window in each.windows]) for each in day.presences] == [
        ("Absent", []),
        ("Morning", [(0, 42)]),  # in five minutes from 09:00
    ]


def test_a_plenary_lies_over_all_rooms() -> None:
    placed = _placed("opening", "small", "2026-11-03T09:00:00+00:00", "2026-11-03T10:00:00+00:00")
    [day] = days(_draft(placed), ROOMS, [_session("opening", plenary=True)])
    assert (day.blocks[0].row, day.blocks[0].rows) == (2, 2)


def test_a_day_is_drawn_as_far_as_its_sessions_go_also_after_midnight() -> None:
    """E22."""
    placed = _placed("gala", "hall", "2026-11-03T23:30:00+00:00", "2026-11-04T01:30:00+00:00")
    [day] = days(_draft(placed), ROOMS, [_session("gala")])
    assert day.hours[-1].moment == datetime.fromisoformat("2026-11-04T01:00:00+00:00")
    assert day.blocks[0].at + day.blocks[0].span <= day.span


def test_all_days_are_drawn_on_the_same_hours() -> None:
    second = {
        "date": "2026-11-04",
        "opens_at": "2026-11-04T09:00:00+00:00",
        "closes_at": "2026-11-04T17:30:00+00:00",
    }
    early = _placed("a", "hall", "2026-11-03T09:00:00+00:00", "2026-11-03T10:00:00+00:00")
    late = _placed("b", "hall", "2026-11-04T14:00:00+00:00", "2026-11-04T15:00:00+00:00", "2026-11-04")
    draft = _draft(early, late)
    draft["days"].append(second)
    one, two = days(draft, ROOMS, [_session("a"), _session("b")])
    assert (one.span, two.span) == (84, 84)  # 09:00 to 16:00
    assert (one.blocks[0].at, two.blocks[0].at) == (0, 60)


def test_only_what_must_not_be_is_marked_as_a_conflict() -> None:
    placements = [
        _placed("a", "hall", "2026-11-03T09:00:00+00:00", "2026-11-03T10:00:00+00:00"),
        _placed("b", "small", "2026-11-03T09:00:00+00:00", "2026-11-03T10:00:00+00:00"),
    ]
    conflicts = [{"level": "hard", "session_ids": ["a"]}, {"level": "quality", "session_ids": ["b"]}]
    [day] = days(_draft(*placements, conflicts=conflicts), ROOMS, [_session("a"), _session("b")])
    assert {block.session["id"]: block.hot for block in day.blocks} == {"a": True, "b": False}


def _signed(name: str, **changes: Any) -> dict[str, Any]:
    said = {"id": name, "title": {"en": name}, "room_id": "hall", "starts_at": "2026-11-03T09:00:00", "speakers": []}
    return said | changes


def test_a_proposed_programme_says_of_each_session_what_is_different() -> None:
    """E26: new, moved, room, retitled, speakers; what is gone is named too."""
    before = {"sessions": [_signed("kept"), _signed("moved"), _signed("gone")]}
    content = {
        "rooms": ROOMS,
        "sessions": [
            _signed("kept"),
            _signed("moved", starts_at="2026-11-03T10:00:00", room_id="small"),
            _signed("new"),
        ],
    }
    assert [each.differences for each in moved(before, content)] == [[], ["moved", "room"], ["new"]]
    assert [each["id"] for each in removed(before, content)] == ["gone"]
