"""The programme in the workspace: what there is to place and where, the drafts, and one draft that is worked on."""

import asyncio
from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.portal.composing import Refused
from services.portal.forms import EMPTY, Form
from services.portal.programme.grid import days
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
            return await _draft(visit, edition, draft, form.refused(refused))
        return visit.go(f"/editions/{edition}/programme/drafts/{draft}")


async def _draft(visit: Visit, edition: str, draft: str, form: Form) -> Response[bytes]:
    read, rooms, sessions, approvals = await asyncio.gather(
        visit.services.read(f"/drafts/{draft}"),
        visit.services.items("/rooms", edition=edition),
        visit.services.items("/sessions", edition=edition),
        visit.services.items(f"/drafts/{draft}/approvals") if visit.may("approvals.read") else _nothing(),
    )
    rooms = sorted(rooms, key=lambda room: (-room["capacity"], room["slug"]))
    unplaced = set(read.body["unplaced"])
    return visit.page(
        "programme/draft.html",
        here="programme",
        edition=visit.edition(edition),
        status=form.status,
        wide=True,
        draft=read.body,
        version=read.etag,
        days=days(read.body, rooms, sessions),
        rooms=rooms,
        unplaced=[each for each in sessions if each["id"] in unplaced],
        titles={each["id"]: each["title"] for each in sessions},
        approval=next((each for each in approvals if each["state"] == "open"), None),
        solve=read.body["solve"],
        solving=SOLVING,
        form=form,
    )


async def _nothing() -> list[Any]:
    return []
