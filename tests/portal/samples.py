"""An invented day, complete in three languages, for the tests of the public pages."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from libs.contracts.programme import (
    Programme,
    ReleasedRoom,
    ReleasedSession,
    ReleasedSpeaker,
    SeatRole,
    SessionKind,
    Text,
)
from services.portal.public.content import Day, Edition, Panel


def identifier(number: int) -> UUID:
    return UUID(int=number)


DAY = Day(
    slug="sample",
    name={"fr": "Journée des exemples", "ar": "يوم الأمثلة", "en": "Day of Examples"},
    patronage={"fr": "Sous le patronage de personne", "ar": "تحت رعاية لا أحد", "en": "Under nobody's patronage"},
    co_organisers=(
        {"fr": "Ministère des Exemples", "ar": "وزارة الأمثلة", "en": "Ministry of Examples"},
        {"fr": "Confédération des essais", "ar": "اتحاد التجارب", "en": "Confederation of Trials"},
    ),
    demonstration=True,
    invented=True,
)
PANELS = (
    Panel(
        slug="materials",
        ordinal=1,
        title={"fr": "La matière et ses métiers", "ar": "المادة ومهنها", "en": "Materials and their trades"},
        unofficial=("ar", "en"),
    ),
    Panel(slug="water", ordinal=2, title={"fr": "L’eau, du puits à l’usine"}),
)
EDITION = Edition(
    slug="2026",
    ordinal=4,
    starts_on=date(2026, 11, 3),
    ends_on=date(2026, 11, 4),
    city={"fr": "Ville-Exemple", "ar": "مدينة المثال", "en": "Example City"},
    region={"fr": "Exemple", "ar": "المثال", "en": "Example"},
    theme={
        "fr": "Fabriquer ensemble, apprendre chaque année",
        "ar": "نصنع معا ونتعلم كل سنة",
        "en": "Making together, learning every year",
    },
    unofficial=("ar", "en"),
    demonstration=True,
    panels=PANELS,
)
PAST = Edition(
    slug="2025",
    ordinal=3,
    starts_on=date(2025, 10, 1),
    ends_on=date(2025, 10, 1),
    city={"fr": "Ancienne-Ville", "ar": "المدينة العتيقة", "en": "Old Town"},
    region={"fr": "Exemple", "ar": "المثال", "en": "Example"},
    opened_by="Nadia Exemple",
    facts=({"fr": "Un millier de personnes", "ar": "ألف شخص", "en": "A thousand people"},),
    sources=("https://example.org/a", "the archive"),
)
HALL, ROOM = identifier(1), identifier(2)
ROOMS = (
    ReleasedRoom(id=HALL, name={"fr": "Grande salle", "ar": "القاعة الكبرى", "en": "Great hall"}, capacity=800),
    ReleasedRoom(id=ROOM, name={"fr": "Salle A", "ar": "القاعة أ", "en": "Room A"}, capacity=90),
)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def session(  # noqa: PLR0913, PLR0917 (a row of the sample)
    number: int,
    title: Text,
    starts_at: datetime,
    minutes: int,
    kind: SessionKind,
    room: UUID | None = HALL,
    *,
    plenary: bool = False,
    panel: int | None = None,
    speakers: tuple[ReleasedSpeaker, ...] = (),
    cancelled: bool = False,
) -> ReleasedSession:
    return ReleasedSession(
        id=identifier(100 + number),
        slug=f"session-{number}",
        kind=kind,
        title=title,
        day=starts_at.date(),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        room_id=room,
        plenary=plenary,
        panel_id=identifier(200 + panel) if panel else None,
        panel_ordinal=panel,
        speakers=speakers,
        cancelled=cancelled,
    )


def speaker(number: int, name: str, role: SeatRole) -> ReleasedSpeaker:
    return ReleasedSpeaker(
        person_id=identifier(300 + number),
        name=name,
        title={"fr": "Ingénieure", "ar": "مهندسة", "en": "Engineer"},
        organisation={"fr": "Fédération des exemples", "ar": "فيدرالية الأمثلة", "en": "Federation of Examples"},
        role=role,
    )


PROGRAMME = Programme(
    tenant="sample",
    edition_id=identifier(10),
    edition="2026",
    number=3,
    released_at=datetime(2026, 10, 14, 10, 42, tzinfo=UTC),
    timezone="Africa/Casablanca",
    demonstration=True,
    days=(date(2026, 11, 3), date(2026, 11, 4)),
    rooms=ROOMS,
    sessions=(
        session(
            1,
            {"fr": "Cérémonie d’ouverture", "ar": "حفل الافتتاح", "en": "Opening ceremony"},
            at(3, 9),
            60,
            "opening",
            plenary=True,
        ),
        session(
            2,
            PANELS[0].title,
            at(3, 10, 15),
            75,
            "panel",
            panel=1,
            speakers=(
                speaker(1, "Salma Modèle", "moderator"),
                speaker(2, "Omar Essai", "speaker"),
                speaker(3, "Leïla Échantillon", "speaker"),
                speaker(4, "Karim Cas", "rapporteur"),
            ),
        ),
        session(3, {"fr": "Pause", "ar": "استراحة", "en": "Break"}, at(3, 11, 30), 15, "break", plenary=True),
        session(4, PANELS[1].title, at(3, 11, 45), 75, "panel", ROOM, panel=2),
        session(
            5,
            {"fr": "Signature de la convention", "ar": "توقيع الاتفاقية", "en": "Signing of the convention"},
            at(4, 9, 30),
            45,
            "signing",
            ROOM,
            cancelled=True,
        ),
        session(
            6, {"fr": "Soirée de gala", "ar": "أمسية احتفالية", "en": "Gala evening"}, at(4, 23, 30), 120, "meeting"
        ),
    ),
)
