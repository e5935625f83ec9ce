from datetime import date

import pytest

from services.portal.editions.domain import next_dates, next_slug
from services.portal.today.domain import readiness

pytestmark = pytest.mark.unit


def test_the_next_edition_is_suggested_on_the_same_days_of_the_week() -> None:
    first, last = next_dates(date(2026, 11, 3), date(2026, 11, 4))
    assert (first, last) == (date(2027, 11, 2), date(2027, 11, 3))


@pytest.mark.parametrize(("slug", "following"), [("2026", "2027"), ("fes", "")])
def test_an_edition_that_is_called_by_its_year_is_followed_by_the_next(slug: str, following: str) -> None:
    assert next_slug(slug) == following


def test_readiness_counts_what_is_there() -> None:
    edition = {"theme": {"fr": "t"}, "announced": False}
    approvals = [{"kind": "theme", "state": "open", "signed": ["a"], "signatories": ["a", "b"]}]
    checks = {each.name: each for each in readiness(edition, [{"title": {"fr": "p"}}], approvals, [], [])}
    assert (checks["theme_signed"].number, checks["theme_signed"].total, checks["theme_signed"].done) == (1, 2, False)
    assert (checks["theme_languages"].number, checks["panel_languages"].total) == (1, 3)
    assert (checks["announced"].done, checks["call"].done, checks["panels"].done) == (False, False, True)
