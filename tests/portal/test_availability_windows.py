from datetime import date

import pytest

from services.portal.invitations.windows import Window, availability, days_of, known, times, typed
from services.portal.selection.domain import board, by_organisation, candidates

pytestmark = pytest.mark.unit

DAYS = days_of(date(2026, 11, 3), date(2026, 11, 4))


def test_every_day_of_the_edition_is_asked_about() -> None:
    assert list(map(str, DAYS)) == ["2026-11-03", "2026-11-04"]
    assert (times()[0], times()[-1]) == ("07:00", "23:30")


def test_what_is_known_fills_the_form_and_leaves_room_for_more() -> None:
    said = [{"starts_at": "2026-11-03T09:00:00+00:00", "ends_at": "2026-11-03T13:00:00+00:00"}]
    first, second = known(DAYS, said)
    assert first.windows == (Window("09:00", "13:00"), Window())
    assert second.windows == (Window(), Window())


def test_only_what_was_chosen_is_sent() -> None:
    filled = typed(DAYS, ["09:00", "", "", "14:00"], ["13:00", "", "", "17:30"])
    assert availability(filled) == [
        {"starts_at": "2026-11-03T09:00:00", "ends_at": "2026-11-03T13:00:00"},
        {"starts_at": "2026-11-04T14:00:00", "ends_at": "2026-11-04T17:30:00"},
    ]


def test_a_window_that_was_half_filled_in_is_not_lost_silently() -> None:
    filled = typed(DAYS, ["09:00", "", "", ""], ["", "", "", ""])
    assert availability(filled) == [{"starts_at": "2026-11-03T09:00:00", "ends_at": "2026-11-03T09:00:00"}]


def _nomination(name: str, state: str, role: str = "speaker", seat: str | None = None) -> dict[str, object]:
    return {"id": name, "state": state, "panel_id": "p", "seat_role": role, "seat_id": seat, "acronym": name.upper()}


PANEL = {
    "id": "p",
    "seats": [{"id": "s", "role": "speaker", "ordinal": 1}, {"id": "m", "role": "moderator", "ordinal": 1}],
}


def test_a_board_shows_who_holds_a_seat_and_how_many_could() -> None:
    nominations = [
        _nomination("a", "confirmed", "moderator", "m"),
        _nomination("b", "submitted"),
        _nomination("c", "shortlisted"),
        _nomination("d", "withdrawn"),
    ]
    [row] = board([PANEL], nominations)
    assert [place.seat["role"] for place in row.places] == ["moderator", "speaker"]
    assert (row.places[0].holder["id"], row.places[1].candidates, row.filled) == ("a", 2, 1)
    assert [each["id"] for each in candidates(PANEL, PANEL["seats"][0], nominations)] == ["c", "b"]
    assert [(share.name, share.number) for share in by_organisation(nominations)] == [("A", 1)]
