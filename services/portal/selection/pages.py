"""Selecting together: a board of panels and seats, beside it the candidates of one seat; inviting who was selected."""

import asyncio
from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from services.portal.composing import Refused
from services.portal.forms import EMPTY, Form
from services.portal.selection.domain import SEATED, board, by_organisation, candidates
from services.portal.visits import Visit

_ACTS = {"shortlist": "shortlisting", "reject": "rejection", "select": "selection", "invite": "invitation"}


class SelectionPages(Controller):
    path = "/{language:str}/{tenant:str}/workspace/editions/{edition:str}/selection"

    @get()
    async def show(
        self, visit: NamedDependency[Visit], edition: FromPath[str], seat: FromQuery[str | None] = None
    ) -> Response[bytes]:
        return await _board(visit, edition, seat, EMPTY)

    @post("/{nomination:str}", status_code=303)
    async def decide(
        self,
        visit: NamedDependency[Visit],
        edition: FromPath[str],
        nomination: FromPath[str],
        form: NamedDependency[Form],
    ) -> Response[Any]:
        """Shortlist, select for a seat, undo that, reject, or invite."""
        act, seat = form.value("act"), form.value("seat")
        address = f"/nominations/{nomination}"
        try:
            if act == "undo":
                await visit.services.change("DELETE", f"{address}/selection", etag="*")
            else:
                said = {"select": {"seat_id": seat}, "invite": {}}.get(act)
                await visit.services.post(f"{address}/{_ACTS.get(act, '')}", said, key=form.key)
        except Refused as refused:
            return await _board(visit, edition, seat or None, form.refused(refused))
        return visit.go(f"/editions/{edition}/selection" + (f"?seat={seat}" if seat else ""))


async def _board(visit: Visit, edition: str, seat_id: str | None, form: Form) -> Response[bytes]:
    panels, calls = await asyncio.gather(
        visit.services.items(f"/editions/{edition}/panels"), visit.services.items("/calls", edition=edition)
    )
    nominations = [
        each for call in calls for each in await visit.services.items(f"/calls/{call['id']}/nominations", limit="200")
    ]
    found = next(((panel, seat) for panel in panels for seat in panel["seats"] if seat["id"] == seat_id), None)
    return visit.page(
        "selection/board.html",
        here="selection",
        edition=visit.edition(edition),
        status=form.status,
        wide=True,
        rows=board(panels, nominations),
        chosen=found,
        holder=next((each for each in nominations if each["seat_id"] == seat_id and each["state"] in SEATED), None),
        candidates=candidates(*found, nominations) if found else [],
        shares=by_organisation(nominations),
        selected=[each for each in nominations if each["state"] == "selected"],
        form=form,
    )
