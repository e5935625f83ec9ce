"""Selecting together: a board of panels and seats, beside it the candidates of one seat; inviting who was selected."""

import asyncio
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery

from libs.i18n.languages import LANGUAGES
from services.portal.composing import Refused
from services.portal.forms import EMPTY, Form
from services.portal.selection.domain import SEATED, answers, board, by_organisation, candidates, last_selected
from services.portal.visits import Visit

_ACTS = {"shortlist": "shortlisting", "reject": "rejection", "select": "selection"}


class SelectionPages(Controller):
    path = "/{language:str}/{tenant:str}/workspace/editions/{edition:str}/selection"

    @get()
    async def show(
        self,
        visit: NamedDependency[Visit],
        edition: FromPath[str],
        seat: FromQuery[str | None] = None,
        done: FromQuery[str | None] = None,
        corrected: FromQuery[str | None] = None,
    ) -> Response[bytes]:
        return await _board(visit, edition, seat, EMPTY, done=done, corrected=corrected)

    @post("/{nomination:uuid}", status_code=303)
    async def decide(
        self,
        visit: NamedDependency[Visit],
        edition: FromPath[str],
        nomination: FromPath[UUID],
        form: NamedDependency[Form],
    ) -> Response[Any]:
        """Shortlist, select for a seat, undo that, or reject."""
        act, seat = form.value("act"), form.value("seat")
        address = f"/nominations/{nomination}"
        try:
            if act == "undo":
                await visit.services.change("DELETE", f"{address}/selection", etag="*")
            else:
                if act not in _ACTS:
                    raise NotFoundException
                said = {"seat_id": seat} if act == "select" else None
                await visit.services.post(f"{address}/{_ACTS[act]}", said, key=form.key)
        except Refused as refused:
            return await _board(visit, edition, seat or None, form.refused(refused))
        return visit.go(f"/editions/{edition}/selection" + (f"?seat={seat}#seat" if seat else ""))

    @get("/{nomination:uuid}/invitation")
    async def read_letter(
        self,
        visit: NamedDependency[Visit],
        edition: FromPath[str],
        nomination: FromPath[UUID],
        written_in: FromQuery[str | None] = None,
    ) -> Response[bytes]:
        """Show the letter as it would go out: in the language that the person reads, unless another is asked for."""
        return await _letter(visit, edition, nomination, written_in, EMPTY)

    @post("/{nomination:uuid}/invitation", status_code=303)
    async def invite(
        self,
        visit: NamedDependency[Visit],
        edition: FromPath[str],
        nomination: FromPath[UUID],
        form: NamedDependency[Form],
    ) -> Response[Any]:
        language = form.value("language") or None
        try:
            said = {"language": language}
            await visit.services.post(f"/nominations/{nomination}/invitation", said, key=form.key)
        except Refused as refused:
            return await _letter(visit, edition, nomination, language, form.refused(refused))
        return visit.go(f"/editions/{edition}/selection?done={nomination}#answers")


async def _letter(visit: Visit, edition: str, nomination_id: UUID, language: str | None, form: Form) -> Response[bytes]:
    found = visit.edition(edition)
    nomination = await visit.services.get(f"/nominations/{nomination_id}")
    panel, person = await asyncio.gather(
        visit.services.get(f"/panels/{nomination['panel_id']}"),
        visit.services.get(f"/people/{nomination['person']['id']}"),
    )
    written_in = language if language in LANGUAGES else person["language"] or LANGUAGES[0]
    asked = {
        "template": "invitation",
        "language": written_in,
        "name": person["full_name"],
        "fields": {
            "panel": panel["title"],
            "seat_role": nomination["seat_role"],
            "organisation": nomination["organisation"],
            "starts_on": found["starts_on"],
            "ends_on": found["ends_on"],
            "city": found["city"],
        },
    }
    return visit.page(
        "selection/letter.html",
        here="selection",
        edition=found,
        status=form.status,
        form=form,
        nomination=nomination,
        panel=panel,
        written_in=written_in,
        letter=await visit.services.post("/letters/previews", asked),
    )


async def _reasons(visit: Visit, declined: list[Any]) -> dict[str, str]:
    """Return why each of those declined, as far as they said it."""
    invitations = await asyncio.gather(
        *(visit.services.get(f"/invitations/{each['invitation_id']}") for each in declined if each["invitation_id"])
    )
    return {each["nomination_id"]: each["reason"] for each in invitations}


async def _board(  # noqa: PLR0913 (what the board shows besides itself)
    visit: Visit,
    edition: str,
    seat_id: str | None,
    form: Form,
    *,
    done: str | None = None,
    corrected: str | None = None,
) -> Response[bytes]:
    panels, calls = await asyncio.gather(
        visit.services.items(f"/editions/{edition}/panels"), visit.services.items("/calls", edition=edition)
    )
    nominations = [
        each for call in calls for each in await visit.services.items(f"/calls/{call['id']}/nominations", limit="200")
    ]
    said = answers(nominations)
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
        last=last_selected(nominations),
        panel_of={panel["id"]: panel for panel in panels},
        answers=said,
        reasons=await _reasons(visit, said["declined"]),
        invited=next((each for each in nominations if each["id"] == done), None),
        corrected=next((each["person"] for each in nominations if each["person"]["id"] == corrected), None),
        called=bool(calls),
        form=form,
    )
