"""The rooms of an edition: made, changed, taken away."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from services.portal.composing import Refused
from services.portal.forms import EMPTY, Form
from services.portal.programme.held import places_of
from services.portal.rooms.hours import days_of, field_names, known_hours, typed_hours, windows
from services.portal.visits import Visit


class RoomPages(Controller):
    path = "/{language:str}/{tenant:str}/workspace/editions/{edition:str}/programme/rooms"

    @get("/new")
    async def begin(self, visit: NamedDependency[Visit], edition: FromPath[str]) -> Response[bytes]:
        return await _page(visit, edition, None, EMPTY)

    @post("/new", status_code=303)
    async def make(
        self, visit: NamedDependency[Visit], edition: FromPath[str], form: NamedDependency[Form]
    ) -> Response[Any]:
        said = {"edition": edition, "slug": form.value("slug"), **_said(form)}
        try:
            await visit.services.post("/rooms", said, key=form.key)
        except Refused as refused:
            return await _page(visit, edition, None, form.refused(_at_its_field(refused, form)))
        return visit.go(f"/editions/{edition}/programme")

    @get("/{room:str}")
    async def show(self, visit: NamedDependency[Visit], edition: FromPath[str], room: FromPath[str]) -> Response[bytes]:
        return await _page(visit, edition, await _room(visit, edition, room), EMPTY)

    @post("/{room:str}", status_code=303)
    async def change(
        self, visit: NamedDependency[Visit], edition: FromPath[str], room: FromPath[str], form: NamedDependency[Form]
    ) -> Response[Any]:
        """Change it, or take it away; one that holds sessions says which, and where each is moved (E20)."""
        address, version = f"/rooms/{room}", form.value("version")
        try:
            if form.value("act") == "delete":
                await visit.services.change("DELETE", address, etag=version)
            else:
                await visit.services.change("PATCH", address, _said(form), etag=version)
        except Refused as refused:
            found = await _room(visit, edition, room)
            return await _page(visit, edition, found, form.refused(_at_its_field(refused, form)))
        return visit.go(f"/editions/{edition}/programme")


async def _room(visit: Visit, edition: str, room: str) -> Any:
    rooms = await visit.services.items("/rooms", edition=edition)
    found = next((each for each in rooms if each["id"] == room), None)
    if found is None:
        raise NotFoundException
    return found


async def _page(visit: Visit, edition: str, room: Any, form: Form) -> Response[bytes]:
    found = visit.edition(edition)
    in_use = form.refusal is not None and form.refusal.kind == "room-in-use"
    return visit.page(
        "rooms/room.html",
        here="programme",
        edition=found,
        status=form.status,
        room=room,
        hours=known_hours(room["opening"] if room else (), days_of(found)),
        held=await places_of(visit, edition, room=room["id"]) if in_use else [],
        form=form,
    )


def _said(form: Form) -> dict[str, Any]:
    return {
        "name": form.text("name"),
        "capacity": form.number("capacity"),
        "turnover": form.number("turnover") or 0,
        "building": form.value("building"),
        "opening": windows(typed_hours(form.value, form.fields)),
    }


def _at_its_field(refused: Refused, form: Form) -> Refused:
    """Return a refusal of hours at the fields that they were typed into."""
    places = field_names(typed_hours(form.value, form.fields))

    def placed(pointer: str) -> str:
        return next((name for place, name in places.items() if f"{pointer}/".startswith(f"{place}/")), pointer)

    errors = [{**error, "pointer": placed(error.get("pointer", ""))} for error in refused.problem.get("errors", [])]
    return Refused(refused.status, {**refused.problem, "errors": errors})
