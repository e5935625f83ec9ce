"""Wall time and zone make an instant. Zone data come from the pinned `tzdata` wheel and from nowhere else.

What is planned is kept as the edition's wall time and its IANA zone: the instant is derived, and derived again when a
country changes its clock. Morocco has been on +00 for good since 2026-09-20 (tz data 2026c): the system's data may not
know it yet, so they are not asked, and too old a wheel stops the start.
"""

import zoneinfo
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from libs.config import SettingWrong
from libs.errors import Invalid

zoneinfo.reset_tzpath(())
zoneinfo.ZoneInfo.clear_cache()

_AFTER_THE_CHANGE = datetime(2026, 9, 21, 10)  # noqa: DTZ001 (wall time)


class UnknownZone(Invalid):
    detail = "{zone} is no time zone."
    remedy = "Use a name of the IANA time zone data, for example Africa/Casablanca."


class WallTimeSkipped(Invalid):
    detail = "There is no {wall} in {zone}: the clock is put forward at that moment."
    remedy = "Choose an earlier or a later time."


@cache
def zone_info(zone: str) -> zoneinfo.ZoneInfo:
    """Return the rules of a zone by its IANA name; raise `UnknownZone`."""
    try:
        return zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownZone(zone=zone, pointer="/timezone") from None


def instant(wall: datetime, zone: str) -> datetime:
    """Return the moment, in UTC, at which clocks in `zone` show `wall`.

    As in RFC 5545 (3.3.5), a time that comes twice means its first coming, and one that is skipped counts with the
    offset before the gap: what was planned always has an instant. `require_real` refuses such a time when it comes in.
    """
    return local(wall, zone).astimezone(UTC)


def local(wall: datetime, zone: str) -> datetime:
    """Return `wall` with the offset that `zone` has at that moment, as it is written outwards (RFC 3339)."""
    offset = wall.replace(tzinfo=zone_info(zone), fold=0).utcoffset()
    return wall.replace(tzinfo=timezone(offset or timedelta(0)), fold=0)


def wall(moment: datetime, zone: str) -> datetime:
    """Return what clocks in `zone` show at an instant (an aware datetime)."""
    return moment.astimezone(zone_info(zone)).replace(tzinfo=None, fold=0)


def require_real(wall_time: datetime, zone: str, *, pointer: str = "") -> None:
    """Return if clocks in `zone` ever show `wall_time`; raise `WallTimeSkipped` if they jump over it."""
    if wall(instant(wall_time, zone), zone) != wall_time:
        raise WallTimeSkipped(wall=wall_time.isoformat(" ", "minutes"), zone=zone, pointer=pointer)


def meant(moment: datetime, zone: str, *, pointer: str = "") -> datetime:
    """Return the wall time that a caller means: as it was sent or, sent with an offset, what clocks show then.

    Raise `WallTimeSkipped` for one that never comes.
    """
    wall_time = wall(moment, zone) if moment.tzinfo else moment
    require_real(wall_time, zone, pointer=pointer)
    return wall_time.replace(microsecond=0)


def require_recent_zone_data() -> None:
    """Return if the zone data know that Morocco has stayed on +00 since 2026-09-20; raise `SettingWrong` if not."""
    if local(_AFTER_THE_CHANGE, "Africa/Casablanca").utcoffset() != timedelta(0):
        raise SettingWrong("tzdata", f"{_version()} is too old for Morocco's clock: install tzdata 2026.3 or later")


def _version() -> str:
    try:
        return version("tzdata")
    except PackageNotFoundError:
        return "of unknown version"
