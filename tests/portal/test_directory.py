import pytest

from services.portal.organisations.domain import directory

pytestmark = pytest.mark.unit


def _organisation(number: int, kind: str, acronym: str) -> dict[str, str]:
    return {"id": str(number), "kind": kind, "acronym": acronym, "slug": f"o{number}"}


def _mandate(organisation: int, state: str) -> dict[str, str]:
    return {"organisation_id": str(organisation), "state": state}


def test_organisations_stand_by_kind_in_the_order_of_protocol_then_by_what_they_are_called() -> None:
    listed = [
        _organisation(1, "federation", "GIMAS"),
        _organisation(2, "ministry", ""),
        _organisation(3, "federation", "amica"),
    ]
    found = directory(listed, [])
    assert {kind: [each.organisation["id"] for each in entries] for kind, entries in found.items()} == {
        "ministry": ["2"],
        "federation": ["3", "1"],
    }
    assert list(found) == ["ministry", "federation"]


def test_somebody_acts_for_an_organisation_once_a_mandate_is_accepted() -> None:
    listed = [_organisation(number, "company", str(number)) for number in (1, 2, 3)]
    entries = directory(listed, [_mandate(1, "active"), _mandate(2, "invited")])["company"]
    assert [(each.answers, len(each.memberships)) for each in entries] == [(True, 1), (False, 1), (False, 0)]
