"""One demonstration year, step by step, as it is lived by the journey's own commands. Everything in it is a sample."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from infra.demo.facts import Saying
from libs.contracts.programme import SeatRole, SessionKind
from libs.i18n.text import Text
from services.identity.memberships.domain import Role

Hour = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Slug = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Language = Literal["fr", "ar", "en"]


class Persona(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody in whose place a visitor of the demonstration may stand."""

    name: str
    email: str
    role: Role
    organisation: str | None
    language: Language


class ClientSample(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A machine of an organisation, and what it may do."""

    name: str
    organisation: str
    scopes: tuple[str, ...]


class Hours(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From–to on one day of the edition, counted from 1."""

    day: Annotated[int, Meta(ge=1)]
    opens: Hour = field(name="from")
    closes: Hour = field(name="until")

    def on(self, first_day: date) -> tuple[datetime, datetime]:
        """Return the window as wall times of an edition that begins on `first_day`."""
        day = first_day + timedelta(days=self.day - 1)
        return tuple(datetime.combine(day, time.fromisoformat(hour)) for hour in (self.opens, self.closes))  # type: ignore[return-value]


class EditionSample(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which edition the year leads to. Without slug and first day these are computed: it is held today."""

    days: Annotated[int, Meta(ge=1)]
    city: Saying
    region: str
    clone_of: str = ""
    slug: str = ""
    starts: date | None = None


class Steps(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The clock of each step, in days before the first day."""

    cloned: int
    announced: int
    called: int
    nominated: int
    theme_proposed: int
    theme_signed: int
    call_closed: int
    selected: int
    invited: int
    answered: int
    scheduled: int
    released: int

    def __post_init__(self) -> None:
        days = [getattr(self, name) for name in self.__struct_fields__]
        if days != sorted(days, reverse=True):
            message = "the steps must follow one another as they are listed"
            raise ValueError(message)


class RoomSample(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    slug: Slug
    name: Saying
    capacity: Annotated[int, Meta(ge=1)]
    turnover: Annotated[int, Meta(ge=0)]
    open: tuple[Hours, ...]


class SessionSample(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A session to be scheduled; one that is a panel takes the panel's title. `after` and `same_day` name others."""

    slug: Slug
    kind: SessionKind
    minutes: Annotated[int, Meta(ge=5)]
    title: Saying | None = None
    panel: int | None = None
    plenary: bool = False
    audience: int | None = None
    allowed: tuple[Hours, ...] = ()
    after: tuple[Slug, ...] = ()
    same_day: tuple[Slug, ...] = ()

    def __post_init__(self) -> None:
        if (self.title is None) == (self.panel is None):
            message = f"the session {self.slug} has either a title or a panel"
            raise ValueError(message)


class NominationSample(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A generated person, put forward by an organisation for a seat, and when they can be there (none: always)."""

    panel: int
    seat: SeatRole
    organisation: str
    language: Language
    name: Saying
    title: Saying
    available: tuple[Hours, ...] = ()

    @property
    def email(self) -> str:
        """An address that reaches nobody (RFC 2606)."""
        local_part = self.name.fr.lower().replace(" ", ".").replace("é", "e")
        return f"{local_part}@{self.organisation}.example"


class CommitmentSample(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    title: Saying
    responsible: str
    due_after: int  # days after the last day of the edition


class Journey(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From the clone to the release."""

    edition: EditionSample
    days_before: Steps
    theme: Saying
    seats: dict[SeatRole, int]
    quotas: dict[str, int]
    rooms: tuple[RoomSample, ...]
    sessions: tuple[SessionSample, ...]
    nominations: tuple[NominationSample, ...]
    commitments: tuple[CommitmentSample, ...]

    def __post_init__(self) -> None:
        slugs = {session.slug for session in self.sessions}
        for session in self.sessions:
            if unknown := {*session.after, *session.same_day} - slugs:
                message = f"the session {session.slug} names sessions that are not there: {sorted(unknown)}"
                raise ValueError(message)
        if unknown := {nomination.organisation for nomination in self.nominations} - set(self.quotas):
            message = f"these organisations nominate without a quota: {sorted(unknown)}"
            raise ValueError(message)


class Samples(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who tries the demonstration, and the year that is lived in it. `mark` stands beside every generated name."""

    mark: Text
    personas: tuple[Persona, ...]
    clients: tuple[ClientSample, ...]
    journey: Journey

    def marked(self, name: str, language: str) -> str:
        return f"{name} ({self.mark[language]})"
