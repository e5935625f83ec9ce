"""What holds for every screen of gathering, selecting and planning, in each language, on real facts."""

import re
from datetime import timedelta

import pytest

from libs.i18n.languages import LANGUAGES, direction
from tests.portal.outline import Outline
from tests.portal.workspace.conftest import Called, SignIn
from tests.portal.workspace.visitor import Visitor

_EDITION = "/editions/2027"
# Words that only English, or only French, has; facts of the tests are French, so French is looked for in Arabic alone.
_ENGLISH = re.compile(r"\b(the|of|and|is|are|has|with|your|nobody|until|session|room)\b", re.IGNORECASE)


@pytest.fixture
async def screens(sign_in: SignIn, called: Called) -> dict[str, Visitor]:
    """Return each screen's path with one who may see it: a nomination, a selection, a room, a draft with a conflict."""
    federation, ministry = await sign_in(called.day.of_federation), await sign_in(called.day.of_ministry)
    nominated = {"panel_id": str(called.panels[0]), "seat_role": "speaker", "email": "s@fed.test", "title.fr": "PDG"}
    for name in ("Salma", "Omar"):
        page = await federation.get(f"{_EDITION}/nominations/new")
        await federation.send(page, **nominated | {"full_name": name, "email": f"{name}@fed.test".lower()})
    nomination = await _found(federation, f"{_EDITION}/nominations", r"nominations/([0-9a-f-]{36})")
    candidate = r'seat=([0-9a-f-]{36})#seat"><span class="free">2 candidates'
    seat = await _found(ministry, f"{_EDITION}/selection", candidate)
    board = await ministry.get(f"{_EDITION}/selection?seat={seat}")
    await ministry.send(board, f"{_EDITION}/selection/{nomination}", act="select", seat=seat)
    person = await _found(ministry, f"{_EDITION}/selection?seat={seat}", r"/people/([0-9a-f-]{36})")
    for slug in ("un", "deux"):
        room = {"slug": slug, "name.fr": f"Salle {slug}", "capacity": "90", "turnover": "0"}
        await ministry.send(await ministry.get(f"{_EDITION}/programme/rooms/new"), **room)
        session = {"slug": slug, "title.fr": f"Séance {slug}", "kind": "meeting", "duration": "60"}
        await ministry.send(await ministry.get(f"{_EDITION}/programme/sessions/new"), **session)
    draft = await ministry.send(await ministry.get(f"{_EDITION}/programme"), f"{_EDITION}/programme/drafts")
    sessions = re.findall(r'id="m-([0-9a-f-]{36})"', draft.body)
    rooms = re.findall(r"/programme/rooms/([0-9a-f-]{36})", (await ministry.get(f"{_EDITION}/programme")).body)
    for placed in sessions:
        now = await ministry.get(draft.path)
        typed = {"room_id": rooms[0], "day": (called.starts_on + timedelta(days=1)).isoformat(), "time": "10:00"}
        version = now.hidden()["version"]
        await ministry.send(now, f"{draft.path}/placements/{placed}", act="move", version=version, **typed)
    place = draft.path.partition("/workspace")[2]
    return {
        f"{_EDITION}/nominations": federation,
        f"{_EDITION}/nominations/new": federation,
        f"{_EDITION}/nominations/{nomination}": federation,
        f"{_EDITION}/nominations/{nomination}/withdrawal": federation,
        f"{_EDITION}/call": ministry,
        f"{_EDITION}/call/quotas/{called.day.federation}": ministry,
        "/organisations": ministry,
        "/account": ministry,
        "/account/organisation": ministry,
        "/organisations/new": ministry,
        f"/organisations/{called.day.federation}": ministry,
        f"{_EDITION}/selection": ministry,
        f"{_EDITION}/selection?seat={seat}": ministry,
        f"{_EDITION}/selection/{nomination}/invitation?written_in=ar": ministry,
        f"{_EDITION}/people/{person}": ministry,
        f"{_EDITION}/programme": ministry,
        f"{_EDITION}/programme/rooms/{rooms[0]}": ministry,
        f"{_EDITION}/programme/rooms/new": ministry,
        f"{_EDITION}/programme/sessions/{sessions[0]}": ministry,
        place: ministry,
        f"{place}/placements/{sessions[0]}": ministry,
    }


async def _found(visitor: Visitor, path: str, pattern: str) -> str:
    found = re.search(pattern, (await visitor.get(path)).body)
    assert found is not None, pattern
    return str(found[1])


@pytest.mark.parametrize("language", LANGUAGES)
async def test_each_says_its_language_has_an_outline_and_nothing_inline(
    screens: dict[str, Visitor], language: str
) -> None:
    """E30."""
    for path, visitor in screens.items():
        page = await Visitor(visitor.client, visitor.root.replace("/en/", f"/{language}/")).get(path)
        assert page.status == 200, path
        outline = Outline(page.body.encode())
        assert (outline.root["lang"], outline.root["dir"]) == (language, direction(language)), path
        assert outline.levels.count(1) == 1, path
        assert len(outline.ids) == len(set(outline.ids)), path
        assert set(outline.references) <= set(outline.ids), (path, set(outline.references) - set(outline.ids))
        assert not outline.inline, path
        assert not outline.torn, path


@pytest.mark.parametrize("language", ["fr", "ar"])
async def test_none_speaks_english_to_who_does_not_read_it(screens: dict[str, Visitor], language: str) -> None:
    """E28, on pages."""
    for path, visitor in screens.items():
        page = await Visitor(visitor.client, visitor.root.replace("/en/", f"/{language}/")).get(path)
        assert not _ENGLISH.findall(page.words), path
