"""One year that is lived: which edition it leads to, and what the clock shows at each of its steps."""

from datetime import date, datetime, time, timedelta

from msgspec import Struct

from infra.demo.cast import Cast
from infra.demo.journey import Samples
from libs.zones import instant

_MORNING = time(10)


class Year(Struct, frozen=True, kw_only=True):
    cast: Cast
    samples: Samples
    slug: str
    clone_of: str
    first_day: date

    @property
    def last_day(self) -> date:
        return self.first_day + timedelta(days=self.samples.journey.edition.days - 1)

    def wall(self, step: str, hour: time = _MORNING) -> datetime:
        """Return the wall time of a step."""
        days = getattr(self.samples.journey.days_before, step)
        return datetime.combine(self.first_day - timedelta(days=days), hour)

    def at(self, step: str, hour: time = _MORNING) -> datetime:
        """Return the instant of a step: the clock that its commands are given."""
        return instant(self.wall(step, hour), self.cast.timezone)

    def marked(self, name: str) -> str:
        """Return a generated name with the mark of what it is."""
        return self.samples.marked(name, self.cast.language)
