import pytest

from services.portal.calls.domain import called, silent, whole_number
from services.portal.nominations.domain import left, places, roles

pytestmark = pytest.mark.unit

PANELS = [{"id": str(number), "seats": [{"role": "speaker"}, {"role": "moderator"}]} for number in (1, 2, 3)]
QUOTA = {"limit": 4, "standing": 2, "panels": [{"panel_id": "1", "limit": 1}, {"panel_id": "2", "limit": 2}]}


def _nomination(panel: int, state: str, organisation: str = "o") -> dict[str, str]:
    return {"panel_id": str(panel), "state": state, "organisation_id": organisation}


def test_what_was_withdrawn_or_declined_takes_no_place() -> None:
    nominations = [_nomination(1, "invited"), _nomination(2, "withdrawn"), _nomination(2, "declined")]
    assert [(each.standing, each.limit, each.free) for each in places(PANELS, QUOTA, nominations)] == [
        (1, 1, 0),
        (0, 2, 2),
        (0, None, None),
    ]


def test_a_quota_that_was_lowered_below_what_stands_leaves_nothing_and_not_less() -> None:
    assert left(QUOTA) == 2
    assert left({"limit": 1, "standing": 2}) == 0


def test_roles_are_those_that_have_seats_in_the_order_of_a_panel() -> None:
    assert roles(PANELS) == ["moderator", "speaker"]
    assert roles([]) == []


def test_who_is_silent_stands_first_and_is_counted() -> None:
    quotas = [{"organisation_id": each, "acronym": each, "limit": 0 if each == "e" else 2} for each in "abcde"]
    mandates = [
        {"organisation_id": "b", "role": "representative", "state": "active"},
        {"organisation_id": "c", "role": "representative", "state": "invited"},
        {"organisation_id": "d", "role": "technical_contact", "state": "active"},
    ]
    found = called(quotas, [_nomination(1, "withdrawn", "a")], mandates)
    assert [(each.quota["acronym"], each.asked) for each in found] == [
        ("b", "silent"),
        ("c", "invited"),
        ("d", "nobody"),
        ("e", "nobody"),
        ("a", "nominates"),
    ]
    assert silent(found) == 3


@pytest.mark.parametrize(("typed", "number"), [(" 6 ", 6), ("٦", 6), ("۶", 6), ("-1", None), ("six", None), ("", None)])
def test_a_number_is_read_in_whichever_digits(typed: str, number: int | None) -> None:
    """P29."""
    assert whole_number(typed) == number
