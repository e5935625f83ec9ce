"""A released programme as other systems read it: JSON with a published schema, and iCalendar (RFC 5545). Pure."""

from collections.abc import Iterator
from datetime import UTC
from typing import Any

import msgspec
from icalendar import Calendar, Event, vText

from libs.contracts.programme import Programme, ReleasedRoom, ReleasedSession
from libs.i18n.languages import LANGUAGES
from libs.i18n.text import pick
from libs.published.commands import IMMUTABLE, REVALIDATED, Document
from libs.web.paths import API

SCHEMA = "programme.schema.json"
_JSON, _CALENDAR = "application/json", "text/calendar; charset=utf-8"


def documents(programme: Programme, languages: tuple[str, ...]) -> Iterator[Document]:
    """Render every export of a release, under its number and as the latest one; calendars in the first language too."""
    files = {"programme.json": (_JSON, programme_json(programme))}
    files |= {
        f"programme{suffix}.ics": (_CALENDAR, calendar(programme, language))
        for suffix, language in (("", languages[0]), *((f".{language}", language) for language in languages))
    }
    for folder, cache_control in ((str(programme.number), IMMUTABLE), ("latest", REVALIDATED)):
        for name, (content_type, body) in files.items():
            path = f"{releases_root(programme.tenant, programme.edition)}/{folder}/{name}"
            yield Document(path=path, content_type=content_type, body=body, cache_control=cache_control)


def releases_root(tenant: str, edition: str) -> str:
    return f"{API}/{tenant}/editions/{edition}/releases"


def programme_json(programme: Programme) -> bytes:
    schema = {"$schema": f"{API}/{programme.tenant}/releases/{SCHEMA}"}
    return msgspec.json.encode(schema | msgspec.to_builtins(programme))


def programme_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of `programme.json`."""
    (reference,), definitions = msgspec.json.schema_components([Programme], ref_template="#/$defs/{name}")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": definitions, **reference}


def calendar(programme: Programme, language: str) -> bytes:
    """Return the programme as a calendar in one language. Times are UTC: they need no zone block and mean one instant.

    A session keeps its UID in every release; one that was cancelled stays, marked so.
    """
    rooms = {room.id: room for room in programme.rooms}
    calendar = Calendar()
    calendar.add("prodid", "-//Moussem//programme//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-timezone", programme.timezone)
    for session in programme.sessions:
        room = rooms.get(session.room_id) if session.room_id else None
        calendar.add_component(_event(programme, session, room, language))
    return bytes(calendar.to_ical())


def _event(programme: Programme, session: ReleasedSession, room: ReleasedRoom | None, language: str) -> Event:
    event = Event()
    event.add("uid", f"{session.id}@{programme.tenant}.moussem")
    event.add("sequence", session.sequence)
    event.add("dtstamp", programme.released_at.astimezone(UTC))
    event.add("last-modified", programme.released_at.astimezone(UTC))
    event.add("dtstart", session.starts_at.astimezone(UTC))
    event.add("dtend", session.ends_at.astimezone(UTC))
    event.add("status", "CANCELLED" if session.cancelled else "CONFIRMED")
    event.add("summary", _words(session.title, language))
    event.add("categories", [session.kind])
    if room:
        event.add("location", _words(room.name, language))
    if session.speakers:
        said = ((each.name, pick(each.title, language), pick(each.organisation, language)) for each in session.speakers)
        event.add("description", "\n".join(", ".join(filter(None, parts)) for parts in said))
    return event


def _words(text: dict[str, str], language: str) -> vText:
    """Return a text with the language that it is in, which may be another one where it was not translated."""
    spoken = next((each for each in (language, *LANGUAGES) if text.get(each)), language)
    return vText(text.get(spoken, ""), params={"LANGUAGE": spoken})
