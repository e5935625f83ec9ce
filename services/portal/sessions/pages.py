"""The sessions that are to be placed: made, changed, taken away."""

import asyncio
from typing import Any, get_args

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from libs.contracts.programme import SessionKind
from services.portal.composing import Refused
from services.portal.forms import EMPTY, Form
from services.portal.programme.held import places_of
from services.portal.rendering import plain
from services.portal.visits import Visit

KINDS = get_args(SessionKind)
NEW = "new"


class SessionPages(Controller):
    path = "/{language:str}/{tenant:str}/workspace/editions/{edition:str}/programme/sessions"

    @get("/{session:str}")
    async def show(
        self, visit: NamedDependency[Visit], edition: FromPath[str], session: FromPath[str]
    ) -> Response[bytes]:
        return await _page(visit, edition, session, EMPTY)

    @post("/{session:str}", status_code=303)
    async def save(
        self, visit: NamedDependency[Visit], edition: FromPath[str], session: FromPath[str], form: NamedDependency[Form]
    ) -> Response[Any]:
        """Make the session that is called `new`; change another, or take it away."""
        try:
            if session == NEW:
                said = {"edition": edition, "slug": form.value("slug"), **_said(form)}
                await visit.services.post("/sessions", said, key=form.key)
            elif form.value("act") == "delete":
                await visit.services.change("DELETE", f"/sessions/{session}", etag=form.value("version"))
            else:
                await visit.services.change("PATCH", f"/sessions/{session}", _said(form), etag=form.value("version"))
        except Refused as refused:
            return await _page(visit, edition, session, form.refused(refused))
        return visit.go(f"/editions/{edition}/programme")


async def _page(visit: Visit, edition: str, session: str, form: Form) -> Response[bytes]:
    sessions, panels = await asyncio.gather(
        visit.services.items("/sessions", edition=edition), visit.services.items(f"/editions/{edition}/panels")
    )
    known = next((each for each in sessions if each["id"] == session), None)
    if known is None and session != NEW:
        raise NotFoundException
    placed = form.refusal is not None and form.refusal.kind == "still-placed"
    return visit.page(
        "sessions/session.html",
        here="programme",
        edition=visit.edition(edition),
        status=form.status,
        known=known,
        kinds=KINDS,
        panel_options=[(each["id"], f"{each['ordinal']} · {plain(each['title'], visit.language)}") for each in panels],
        own_title=_own_title(known, panels),
        held=await places_of(visit, edition, session=session) if placed else [],
        form=form,
    )


def _own_title(known: Any, panels: list[Any]) -> dict[str, str]:
    """Return the title that was written for a session: the panel's it has without being told."""
    if known is None:
        return {}
    of_panel = next((each["title"] for each in panels if each["id"] == known["panel_id"]), None)
    title: dict[str, str] = known["title"]
    return {} if title == of_panel else title


def _said(form: Form) -> dict[str, Any]:
    return {
        "kind": form.value("kind"),
        "duration": form.number("duration"),
        "title": form.text("title") or None,
        "panel_id": form.value("panel_id") or None,
        "plenary": form.value("plenary") == "yes",
        "expected_audience": form.number("expected_audience"),
    }
