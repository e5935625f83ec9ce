"""The public pages, as pure functions of what is known: address → HTML, in every language of the platform."""

from collections.abc import Mapping
from typing import Any

from libs.contracts.programme import Programme
from libs.i18n.languages import LANGUAGES
from services.portal.public import programme as views
from services.portal.public.content import Day, Edition
from services.portal.rendering import Rendering

Pages = dict[str, bytes]  # by path

_API = "/api/v1"


def day_pages(rendering: Rendering, day: Day, editions: tuple[Edition, ...]) -> Pages:
    """Return the page of the day and its editions, the latest first."""
    latest_first = sorted(editions, key=lambda edition: edition.ordinal, reverse=True)
    facts = {"day": day, "edition": latest_first[0] if latest_first else None, "editions": latest_first}
    return _in_each_language(rendering, "public/day.html", f"/{day.slug}", "day", facts)


def edition_pages(rendering: Rendering, day: Day, edition: Edition, programme: Programme | None) -> Pages:
    """Return an edition's pages. Before a release those of the programme say when to expect it: no time, no name."""
    root = f"/{day.slug}/{edition.slug}"
    facts: dict[str, Any] = {"day": day, "edition": edition, "programme": programme}
    pages = _in_each_language(rendering, "public/edition.html", root, "edition", facts)
    if programme is None:
        for view in ("programme", "programme/rooms", "programme/panels"):
            pages |= _in_each_language(rendering, "public/before_release.html", f"{root}/{view}", "programme", facts)
        return pages
    titles = {panel.ordinal: panel.title for panel in edition.panels}
    for session in programme.sessions:
        if session.panel_ordinal is not None:
            titles.setdefault(session.panel_ordinal, session.title)
    facts |= {
        "rooms": {room.id: room for room in programme.rooms},
        "panel_titles": titles,
        "calendar": f"{_API}/{day.slug}/editions/{edition.slug}/releases/latest/programme.ics",
        "data": f"{_API}/{day.slug}/editions/{edition.slug}/releases/latest/programme.json",
        "minutes": views.minutes,
        "people": views.people,
        "pauses": views.PAUSES,
    }
    by = {"programme": views.by_day, "programme/rooms": views.by_room, "programme/panels": views.by_panel}
    for view, arranged in by.items():
        shown = facts | {"view": view, "parts_of": arranged(programme)}
        pages |= _in_each_language(rendering, "public/programme.html", f"{root}/{view}", "programme", shown)
    return pages


def _in_each_language(rendering: Rendering, template: str, path: str, here: str, facts: Mapping[str, Any]) -> Pages:
    return {
        f"/{language}{path}": rendering.page(template, language, path=path, here=here, **facts)
        for language in LANGUAGES
    }
