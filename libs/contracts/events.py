"""Facts between services: past tense, each with the full state of one aggregate after a change, and its version.

A field may be added, with a default; none is renamed or removed: a golden file per event proves it. Facts come late,
twice and out of order: of each aggregate the highest version is the truth.
"""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from libs.contracts.programme import Programme, SeatRole, Text
from libs.i18n.catalogues import gettext_noop

Carried = Literal["panels", "seats", "rooms", "sessions", "quotas", "commitments"]
NominationState = Literal[
    "submitted", "shortlisted", "selected", "invited", "confirmed", "declined", "rejected", "withdrawn", "replaced"
]
CallState = Literal["draft", "open", "closed"]


class Event(Struct, frozen=True, kw_only=True):
    """A fact about the aggregate `id`, named `<service>.<past-tense>` by its tag."""

    schema_version: int = 1
    tenant_id: UUID
    id: UUID
    version: int


# identity


class CoOrganiser(Struct, frozen=True):
    organisation_id: UUID


class TenantChanged(Event, frozen=True, kw_only=True, tag="identity.tenant-changed"):
    slug: str
    name: Text
    country: str
    timezone: str
    languages: tuple[str, ...]
    patronage: Text
    co_organisers: tuple[UUID, ...]  # organisations, in the order of protocol
    protected: tuple[str, ...]  # what needs all their signatures: "theme", "release", …
    demonstration: bool = False
    invented: bool = False


class MembershipChanged(Event, frozen=True, kw_only=True, tag="identity.membership-changed"):
    account_id: UUID
    organisation_id: UUID | None
    role: str
    valid_from: date
    valid_until: date | None = None
    ended: bool = False  # before its time: it gives no right any more, that day neither


class ClientChanged(Event, frozen=True, kw_only=True, tag="identity.client-changed"):
    organisation_id: UUID | None
    scopes: tuple[str, ...]
    revoked: bool = False


class SignInEnded(Event, frozen=True, kw_only=True, tag="identity.sign-in-ended"):
    """`id` is the sign-in: nobody acts by it any more, wherever it is kept."""


# letters: whoever owns the link keeps its hash only; outreach opens the seal when it sends, and blanks it


class LetterRequested(Event, frozen=True, kw_only=True, tag="letters.letter-requested"):
    template: str  # a folder of outreach's templates: "sign-in", "membership", "invitation"
    language: str
    recipient: str  # an address
    recipient_name: str = ""
    fields: dict[str, str | Text]
    sealed_link: str = ""  # libs.sealing, purpose "letter": the link's whole address


class LetterQueued(Event, frozen=True, kw_only=True, tag="outreach.letter-queued"):
    """A letter waits to be sent. Outreach tells itself, so that sending is a task of its own."""


class LetterSent(Event, frozen=True, kw_only=True, tag="outreach.letter-sent"):
    template: str
    sent_at: datetime


# editions


class EditionChanged(Event, frozen=True, kw_only=True, tag="editions.edition-changed"):
    slug: str
    ordinal: int
    starts_on: date
    ends_on: date
    timezone: str
    city: Text
    region: str
    theme: Text
    unofficial: tuple[str, ...] = ()  # what of the theme is our translation: languages
    opened_by: str = ""
    facts: tuple[Text, ...] = ()
    sources: tuple[str, ...] = ()
    demonstration: bool = False
    cloned_from: UUID | None = None
    announced: bool = True


class Seat(Struct, frozen=True, kw_only=True):
    id: UUID
    role: SeatRole
    ordinal: int


class PanelChanged(Event, frozen=True, kw_only=True, tag="editions.panel-changed"):
    edition_id: UUID
    slug: str
    ordinal: int
    title: Text
    unofficial: tuple[str, ...] = ()
    seats: tuple[Seat, ...] = ()
    removed: bool = False


class Origin(Struct, frozen=True):
    """A row and the row that was made from it."""

    origin_id: UUID
    id: UUID


class EditionCloned(Event, frozen=True, kw_only=True, tag="editions.edition-cloned"):
    """`id` is the new edition. Each service copies its own rows and answers with `CloneStepDone`."""

    origin_id: UUID
    shift_days: int
    carried: tuple[Carried, ...]
    panels: tuple[Origin, ...]
    seats: tuple[Origin, ...]


class CommitmentChanged(Event, frozen=True, kw_only=True, tag="editions.commitment-changed"):
    edition_id: UUID
    title: Text
    responsible_id: UUID | None
    due_on: date | None
    state: Literal["open", "kept", "dropped"]
    acquis: bool = False  # handed over by an earlier edition
    sample: bool = False


# stakeholders


class OrganisationChanged(Event, frozen=True, kw_only=True, tag="stakeholders.organisation-changed"):
    slug: str
    kind: str
    acronym: str
    name: Text
    sector: str = ""
    region: str = ""


class CallChanged(Event, frozen=True, kw_only=True, tag="stakeholders.call-changed"):
    edition_id: UUID
    opens_at: datetime  # wall time of the edition
    closes_at: datetime
    state: CallState


class NominationChanged(Event, frozen=True, kw_only=True, tag="stakeholders.nomination-changed"):
    call_id: UUID
    edition_id: UUID
    panel_id: UUID
    organisation_id: UUID
    person_id: UUID
    seat_role: SeatRole
    state: NominationState


class Window(Struct, frozen=True):
    """From–to in the edition's wall time."""

    starts_at: datetime
    ends_at: datetime


class SpeakerChanged(Event, frozen=True, kw_only=True, tag="stakeholders.speaker-changed"):
    """`id` is the nomination that holds the seat. Not confirmed (any more): `confirmed` is false."""

    person_id: UUID
    edition_id: UUID
    panel_id: UUID
    seat_id: UUID | None
    seat_role: SeatRole
    name: str
    title: Text
    organisation: Text
    availability: tuple[Window, ...]  # none: at any time
    confirmed: bool


# scheduling


class SolveRequested(Event, frozen=True, kw_only=True, tag="scheduling.solve-requested"):
    """`id` is the solve. Scheduling tells itself, so that solving is a task of its own."""

    draft_id: UUID


class DraftSolved(Event, frozen=True, kw_only=True, tag="scheduling.draft-solved"):
    edition_id: UUID
    placed: int
    unplaced: int
    status: str


class ProgrammeReleased(Event, frozen=True, kw_only=True, tag="scheduling.programme-released"):
    """`id` is the edition, `version` the release's number."""

    programme: Programme


# cloning, told by each service that copies


NOT_COPIED = gettext_noop("This part could not be copied. It is kept, and copied once the cause is mended.")


class CloneStepDone(Event, frozen=True, kw_only=True, tag="cloning.clone-step-done"):
    """`id` is made of edition and service; `failed` is empty, or says why the step was given up."""

    edition_id: UUID
    service: str
    counts: dict[str, int]
    failed: str = ""
