"""When a speaker can be there: windows inside or around the edition's days."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.events import Window
from services.stakeholders.invitations.availability import EndsBeforeItStarts, OutsideTheEdition, settle

pytestmark = pytest.mark.unit

DAYS = {"starts_on": date(2026, 11, 10), "ends_on": date(2026, 11, 11)}


def window(start: str, end: str) -> Window:
    return Window(datetime.fromisoformat(start), datetime.fromisoformat(end))


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-11-10T09:00", "2026-11-10T12:30"),
        ("2026-11-09T20:00", "2026-11-10T08:00"),  # arrives the evening before
        ("2026-11-11T23:30", "2026-11-12T01:30"),  # after midnight (E22)
        ("2026-11-05T00:00", "2026-11-16T00:00"),  # there all week
    ],
)
def test_takes_windows_that_touch_the_edition(start: str, end: str) -> None:
    assert settle([window(start, end)], **DAYS) == [window(start, end)]


@pytest.mark.parametrize(
    ("start", "end", "reason", "pointer"),
    [
        ("2026-11-10T12:00", "2026-11-10T09:00", EndsBeforeItStarts, "/availability/1/ends_at"),
        ("2026-11-10T12:00", "2026-11-10T12:00", EndsBeforeItStarts, "/availability/1/ends_at"),
        ("2026-11-08T09:00", "2026-11-09T18:00", OutsideTheEdition, "/availability/1"),
        ("2027-11-10T09:00", "2027-11-10T12:00", OutsideTheEdition, "/availability/1"),
        ("0001-01-01T00:00", "9999-12-31T23:59", OutsideTheEdition, "/availability/1"),
    ],
)
def test_refuses_a_window_by_its_place(start: str, end: str, reason: type[Exception], pointer: str) -> None:
    with pytest.raises(reason) as refused:
        settle([window("2026-11-10T09:00", "2026-11-10T12:00"), window(start, end)], **DAYS)
    assert refused.value.pointer == pointer  # type: ignore[attr-defined]


HOURS = st.integers(0, 47).map(lambda hour: datetime(2026, 11, 10) + timedelta(hours=hour))  # noqa: DTZ001 (wall)
WINDOWS = st.builds(lambda start, hours: Window(start, start + timedelta(hours=hours)), HOURS, st.integers(1, 6))


@given(st.lists(WINDOWS, max_size=8))
def test_settled_windows_are_in_order_apart_and_cover_the_same_time(windows: list[Window]) -> None:
    settled = settle(windows, **DAYS)
    assert all(before.ends_at < after.starts_at for before, after in pairwise(settled))
    for hour in range(60):
        moment = datetime(2026, 11, 10) + timedelta(hours=hour)  # noqa: DTZ001 (wall)
        there = any(each.starts_at <= moment < each.ends_at for each in windows)
        assert there == any(each.starts_at <= moment < each.ends_at for each in settled)
