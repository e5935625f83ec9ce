"""The programme in the workspace: what there is to place and where, the drafts, and one draft that is worked on."""

import asyncio
from datetime import date
from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from libs.i18n.dates import written_date
from services.portal.composing import Refused
from services.portal.forms import EMPTY, Form
from services.portal.programme.grid import Day, days
from services.portal.rendering import plain
from services.portal.visits import Visit

SOLVING = ("waiting", "running")
SECONDS = 20


class ProgrammePages(Controller):
    path = "/{language:str}/{tenant:str}/workspace/editions/{edition:str}/programme"

    @get()
    async def overview(self, visit: NamedDependency[Visit], edition: FromPath[str]) -> Response[bytes]:
        rooms, sessions, drafts, releases = await asyncio.gather(
            visit.services.items("/rooms", edition=edition),
            visit.services.items("/sessions", edition=edition),
            visit.services.items("/drafts", edition=edition),
            visit.services.items(f"/editions/{edition}/releases"),
        )
        return visit.page(
            "programme/overview.html",
            here="programme",
            edition=visit.edition(edition),
            rooms=rooms,
            sessions=sessions,
            drafts=drafts,
            releases=releases,
        )

    @post("/drafts", status_code=303)
    async def begin(
        self, visit: NamedDependency[Visit], edition: FromPath[str], form: NamedDependency[Form]
    ) -> Response[Any]:
        made = await visit.services.post("/drafts", {"edition": edition}, key=form.key)
        return visit.go(f"/editions/{edition}/programme/drafts/{made['id']}")

    @get("/drafts/{draft:str}")
    async def draft(
        self, visit: NamedDependency[Visit], edition: FromPath[str], draft: FromPath[str]
    ) -> Response[bytes]:
        return await _draft(visit, edition, draft, EMPTY)

    @post("/drafts/{draft:str}/solves", status_code=303)
    async def solve(
        self,
        visit: NamedDependency[Visit],
        edition: FromPath[str],
        draft: FromPath[str],
        form: NamedDependency[Form],
    ) -> Response[Any]:
        try:
            await visit.services.post(f"/drafts/{draft}/solves", {"seconds": SECONDS}, key=form.key)
        except Refused as refused:
            return await _draft(visit, edition, draft, form.refused(refused))
        return visit.go(f"/editions/{edition}/programme/drafts/{draft}")

    @get("/drafts/{draft:str}/solves/{solve:str}")
    async def solving(
        self, visit: NamedDependency[Visit], edition: FromPath[str], draft: FromPath[str], solve: FromPath[str]
    ) -> Response[bytes]:
        """Answer with how far the solver is; when it has ended, the whole page is to be seen anew."""
        found = await visit.services.get(f"/drafts/{draft}/solves/{solve}")
        part = visit.page(
            "programme/solving.html",
            edition=visit.edition(edition),
            draft={"id": draft, "solve": found},
            solve=found,
            solving=SOLVING,
        )
        if found["state"] not in SOLVING:
            part.headers["HX-Refresh"] = "true"
        return part

    @post("/drafts/{draft:str}/solves/{solve:str}/stop", status_code=303)
    async def stop(
        self,
        visit: NamedDependency[Visit],
        edition: FromPath[str],
        draft: FromPath[str],
        solve: FromPath[str],
        form: NamedDependency[Form],
    ) -> Response[Any]:
        """Keep the best so far."""
        await visit.services.post(f"/drafts/{draft}/solves/{solve}/stop", key=form.key)
        return visit.go(f"/editions/{edition}/programme/drafts/{draft}")

    @get("/drafts/{draft:str}/placements/{session:str}")
    async def moving(
        self,
        visit: NamedDependency[Visit],
        edition: FromPath[str],
        draft: FromPath[str],
        session: FromPath[str],
    ) -> Response[bytes]:
        """Show the form that moves one session, on a page of its own."""
        return await _moving(visit, edition, draft, session, EMPTY)

    @post("/drafts/{draft:str}/placements/{session:str}", status_code=303)
    async def move(
        self,
        visit: NamedDependency[Visit],
        edition: FromPath[str],
        draft: FromPath[str],
        session: FromPath[str],
        form: NamedDependency[Form],
    ) -> Response[Any]:
        """Put a session elsewhere or take it off: dragging is another way to send this same form."""
        address, etag = f"/drafts/{draft}/placements/{session}", form.value("version")
        try:
            if form.value("act") == "remove":
                await visit.services.change("DELETE", address, etag=etag)
            else:
                place = {"room_id": form.value("room_id"), "starts_at": f"{form.value('day')}T{form.value('time')}:00"}
                await visit.services.change("PUT", address, place, etag=etag)
        except Refused as refused:
            return await _moving(visit, edition, draft, session, form.refused(_at_its_field(refused)))
        return visit.go(f"/editions/{edition}/programme/drafts/{draft}#s-{session}")


def _at_its_field(refused: Refused) -> Refused:
    """Return a refusal of a time at the form's field of that name."""
    errors = [
        {**error, "pointer": "/time"} if error.get("pointer") == "/starts_at" else error
        for error in refused.problem.get("errors", [])
    ]
    return Refused(refused.status, {**refused.problem, "errors": errors})


async def _moving(visit: Visit, edition: str, draft: str, session: str, form: Form) -> Response[bytes]:
    read, rooms, sessions = await asyncio.gather(
        visit.services.read(f"/drafts/{draft}"),
        visit.services.items("/rooms", edition=edition),
        visit.services.items("/sessions", edition=edition),
    )
    drawn = days(read.body, rooms, sessions)
    found = next((each for each in sessions if each["id"] == session), None)
    if found is None:
        raise NotFoundException
    return visit.page(
        "programme/move.html",
        here="programme",
        edition=visit.edition(edition),
        status=form.status,
        draft=read.body,
        version=read.etag,
        session=found,
        block=next((block for day in drawn for block in day.blocks if block.session["id"] == session), None),
        form=form,
        **_places(visit, rooms, drawn),
    )


def _places(visit: Visit, rooms: list[Any], drawn: list[Day]) -> dict[str, Any]:
    """Return what the form that moves a session offers."""
    return {
        "room_options": [(room["id"], f"{plain(room['name'], visit.language)} ({room['capacity']})") for room in rooms],
        "day_options": [
            (day.date, written_date(date.fromisoformat(day.date), visit.language, year=False)) for day in drawn
        ],
    }


async def _draft(visit: Visit, edition: str, draft: str, form: Form) -> Response[bytes]:
    read, rooms, sessions, approvals = await asyncio.gather(
        visit.services.read(f"/drafts/{draft}"),
        visit.services.items("/rooms", edition=edition),
        visit.services.items("/sessions", edition=edition),
        visit.services.items(f"/drafts/{draft}/approvals") if visit.may("approvals.read") else _nothing(),
    )
    unplaced = set(read.body["unplaced"])
    drawn = days(read.body, rooms, sessions)
    return visit.page(
        "programme/draft.html",
        here="programme",
        edition=visit.edition(edition),
        status=form.status,
        wide=True,
        draft=read.body,
        version=read.etag,
        days=drawn,
        rooms=rooms,
        **_places(visit, rooms, drawn),
        unplaced=[each for each in sessions if each["id"] in unplaced],
        approval=next((each for each in approvals if each["state"] == "open"), None),
        solve=read.body["solve"],
        solving=SOLVING,
        form=form,
    )


async def _nothing() -> list[Any]:
    return []
