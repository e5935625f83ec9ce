import shutil
import subprocess
import sys
import zoneinfo
from datetime import UTC, datetime, timedelta
from importlib.metadata import distribution
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.zones import (
    UnknownZone,
    WallTimeSkipped,
    instant,
    local,
    require_real,
    require_recent_zone_data,
    wall,
    zone_info,
)

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
CASABLANCA, PARIS = "Africa/Casablanca", "Europe/Paris"
ZONES = st.sampled_from([CASABLANCA, PARIS, "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe", "Asia/Kathmandu"])
GAP = datetime(2026, 3, 29, 2, 30)  # noqa: DTZ001 (Paris goes from 02:00 to 03:00)
FOLD = datetime(2026, 10, 25, 2, 30)  # noqa: DTZ001 (Paris shows 02:30 twice)


@pytest.mark.parametrize(
    ("day", "hour_in_utc"),
    [
        ("2026-02-25", 10),  # Ramadan
        ("2026-06-15", 9),
        ("2026-09-19", 9),
        ("2026-09-21", 10),  # +00 for good since the day before
        ("2027-04-15", 10),
        ("2027-05-01", 10),
    ],
)
def test_ten_o_clock_in_casablanca_has_the_offset_of_its_own_day(day: str, hour_in_utc: int) -> None:
    """E8, P17."""
    moment = instant(datetime.fromisoformat(f"{day}T10:00"), CASABLANCA)
    assert moment == datetime.fromisoformat(f"{day}T{hour_in_utc:02}:00+00:00")


def test_a_session_cloned_from_june_to_february_keeps_its_wall_time() -> None:
    """E8."""
    june = datetime(2026, 6, 15, 10)  # noqa: DTZ001 (wall time)
    february = june + timedelta(days=245)
    assert wall(instant(february, CASABLANCA), CASABLANCA) == february
    assert instant(february, CASABLANCA) - instant(june, CASABLANCA) == timedelta(days=245, hours=1)


def test_a_time_leaves_with_the_offset_of_its_moment() -> None:
    assert local(datetime(2026, 6, 15, 10), CASABLANCA).isoformat() == "2026-06-15T10:00:00+01:00"  # noqa: DTZ001
    assert local(datetime(2026, 11, 3, 9), CASABLANCA).isoformat() == "2026-11-03T09:00:00+00:00"  # noqa: DTZ001


@given(st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1)), ZONES)  # noqa: DTZ001 (hypothesis adds the zone)
def test_a_moment_is_found_again_by_its_wall_time_unless_the_clock_shows_it_twice(moment: datetime, zone: str) -> None:
    moment = moment.replace(tzinfo=UTC)
    found = instant(wall(moment, zone), zone)
    came_twice = moment.astimezone(zone_info(zone)).fold == 1
    assert (found < moment) if came_twice else (found == moment)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1)), ZONES)  # noqa: DTZ001 (wall time)
def test_a_wall_time_is_kept_unless_the_clock_jumps_over_it(planned: datetime, zone: str) -> None:
    shown = wall(instant(planned, zone), zone)
    if shown == planned:
        require_real(planned, zone)
    else:
        assert shown > planned
        with pytest.raises(WallTimeSkipped):
            require_real(planned, zone)


def test_a_time_that_is_skipped_counts_with_the_offset_before_the_gap_and_is_refused_when_it_comes_in() -> None:
    assert instant(GAP, PARIS) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    with pytest.raises(WallTimeSkipped, match="There is no 2026-03-29 02:30 in Europe/Paris") as refusal:
        require_real(GAP, PARIS, pointer="/starts_at")
    assert refusal.value.pointer == "/starts_at"


def test_a_time_that_comes_twice_means_its_first_coming() -> None:
    require_real(FOLD, PARIS)
    assert instant(FOLD, PARIS) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert instant(FOLD.replace(fold=1), PARIS) == instant(FOLD, PARIS)


@pytest.mark.parametrize("zone", ["Africa/Atlantis", "", "../../etc/passwd", "/etc/localtime", "Africa", "a\0b"])
def test_a_zone_that_the_data_do_not_know_is_refused(zone: str) -> None:
    with pytest.raises(UnknownZone):
        zone_info(zone)


def _ask(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"from libs.zones import *; {code}"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def _old_data(folder: Path) -> Path:
    """Return a folder of zone data in which Casablanca is an hour ahead in winter."""
    paris = Path(str(distribution("tzdata").locate_file("tzdata/zoneinfo/Europe/Paris")))
    (folder / "Africa").mkdir(parents=True)
    shutil.copy(paris, folder / "Africa/Casablanca")
    return folder


def test_the_machines_own_zone_data_are_not_asked(tmp_path: Path) -> None:
    """P17: the image's data may be older than ours."""
    answer = _ask(
        "print(instant(datetime(2026, 11, 3, 9), 'Africa/Casablanca'))", PYTHONTZPATH=str(_old_data(tmp_path))
    )
    assert answer.stdout == "2026-11-03 09:00:00+00:00\n", answer.stderr
    assert zoneinfo.TZPATH == ()


def test_zone_data_that_know_morocco_s_clock_are_accepted() -> None:
    require_recent_zone_data()


def test_older_zone_data_stop_the_start(tmp_path: Path) -> None:
    """P17."""
    _old_data(tmp_path / "tzdata/zoneinfo")
    for package in ("tzdata", "tzdata/zoneinfo", "tzdata/zoneinfo/Africa"):
        (tmp_path / package / "__init__.py").touch()
    answer = _ask("require_recent_zone_data()", PYTHONPATH=f"{tmp_path}:{ROOT}")
    assert "libs.config.SettingWrong: tzdata" in answer.stderr
    assert "too old for Morocco's clock" in answer.stderr
