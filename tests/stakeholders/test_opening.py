"""When a call takes nominations, by the clocks of its edition."""

from datetime import UTC, date, datetime

import pytest
from msgspec import structs

from services.stakeholders.calls.domain import (
    Closed,
    ClosesAfterTheEdition,
    ClosesBeforeItOpens,
    ClosesInThePast,
    NotOpenYet,
    NotThatWay,
    Opening,
    check_next,
)

pytestmark = pytest.mark.unit

OPENING = Opening(
    opens_at=datetime(2026, 8, 3, 9),  # noqa: DTZ001 (wall time)
    closes_at=datetime(2026, 9, 30, 18),  # noqa: DTZ001 (wall time)
    timezone="Africa/Casablanca",
    state="open",
)


def test_opens_and_closes_by_the_clocks_of_its_edition() -> None:
    """Casablanca is at +01 in August and, since 2026-09-20, at +00 in September (E8)."""
    assert not OPENING.takes_nominations(datetime(2026, 8, 3, 7, 59, tzinfo=UTC))
    assert OPENING.takes_nominations(datetime(2026, 8, 3, 8, 0, tzinfo=UTC))
    assert OPENING.takes_nominations(datetime(2026, 9, 30, 17, 59, tzinfo=UTC))
    assert not OPENING.takes_nominations(datetime(2026, 9, 30, 18, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("state", "now", "reason"),
    [
        ("open", datetime(2026, 8, 1, tzinfo=UTC), NotOpenYet),
        ("draft", datetime(2026, 9, 1, tzinfo=UTC), NotOpenYet),
        ("open", datetime(2026, 10, 1, tzinfo=UTC), Closed),
        ("closed", datetime(2026, 9, 1, tzinfo=UTC), Closed),
    ],
)
def test_admits_nobody_while_it_is_not_open(state: str, now: datetime, reason: type[Exception]) -> None:
    with pytest.raises(reason):
        structs.replace(OPENING, state=state).admit(now)


def test_closes_after_it_opens_and_before_the_edition_is_over() -> None:
    OPENING.check_dates(ends_on=date(2026, 9, 30))
    with pytest.raises(ClosesAfterTheEdition):
        OPENING.check_dates(ends_on=date(2026, 9, 29))
    with pytest.raises(ClosesBeforeItOpens):
        structs.replace(OPENING, closes_at=OPENING.opens_at).check_dates(ends_on=date(2026, 11, 1))


def test_closes_at_a_time_that_is_still_to_come() -> None:
    OPENING.check_still_to_close(datetime(2026, 9, 30, 17, tzinfo=UTC))
    with pytest.raises(ClosesInThePast):
        OPENING.check_still_to_close(datetime(2026, 9, 30, 18, tzinfo=UTC))


def test_a_call_is_opened_closed_and_opened_again_but_never_a_draft_again() -> None:
    for state, wanted in (("draft", "open"), ("open", "closed"), ("closed", "open"), ("open", "open")):
        check_next(state, wanted)  # type: ignore[arg-type]
    for state, wanted in (("draft", "closed"), ("open", "draft"), ("closed", "draft")):
        with pytest.raises(NotThatWay):
            check_next(state, wanted)  # type: ignore[arg-type]
