"""An edition in the workspace: what it is, and how the next one is made from it."""

import asyncio
from datetime import date, timedelta
from typing import Any, get_args

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from libs.contracts.events import Carried
from services.portal.composing import Refused
from services.portal.editions.domain import carried_counts, next_dates, next_slug
from services.portal.forms import Form
from services.portal.visits import OF_RECORDS, Visit

CARRIED: tuple[Carried, ...] = get_args(Carried)
STEPS = ("origin", "dates", "carry", "look")


class EditionPages(Controller):
    path = "/{language:str}/{tenant:str}/workspace/editions"
    opt = OF_RECORDS

    @get("/{edition:str}")
    async def show(self, visit: NamedDependency[Visit], edition: FromPath[str]) -> Response[bytes]:
        found = visit.edition(edition)
        panels, commitments = await asyncio.gather(
            visit.services.items(f"/editions/{edition}/panels"),
            visit.services.items(f"/editions/{edition}/commitments"),
        )
        return visit.page(
            "editions/edition.html", here="editions", edition=found, panels=panels, commitments=commitments
        )

    @get("/{edition:str}/next")
    async def begin(self, visit: NamedDependency[Visit], edition: FromPath[str]) -> Response[bytes]:
        return await _step(visit, visit.edition(edition), Form(), STEPS[0])

    @post("/{edition:str}/next", status_code=200)
    async def go_on(
        self, visit: NamedDependency[Visit], edition: FromPath[str], form: NamedDependency[Form]
    ) -> Response[Any]:
        """Show the step that was asked for; only the last one makes the edition."""
        origin, wanted = visit.edition(edition), form.value("step")
        if wanted in STEPS:
            return await _step(visit, origin, form, wanted)
        try:
            made = await visit.services.post("/editions", _command(origin, form), key=form.key)
        except Refused as refused:
            return await _step(visit, origin, form.refused(refused), _step_of(refused), status=refused.status)
        return visit.go(f"/editions/{made['slug']}/cloning")

    @get("/{edition:str}/cloning")
    async def cloning(self, visit: NamedDependency[Visit], edition: FromPath[str]) -> Response[bytes]:
        found = visit.edition(edition)
        progress = await visit.services.get(f"/editions/{edition}/cloning")
        origin = next((each for each in visit.editions if each["id"] == progress["origin_id"]), None)
        return visit.page("editions/cloning.html", here="editions", edition=found, progress=progress, origin=origin)

    @get("/{edition:str}/cloning/steps")
    async def steps(self, visit: NamedDependency[Visit], edition: FromPath[str]) -> Response[bytes]:
        """Answer with the part of the page that changes while the cloning runs."""
        found = visit.edition(edition)
        progress = await visit.services.get(f"/editions/{edition}/cloning")
        return visit.page("editions/steps.html", edition=found, progress=progress)


async def _step(visit: Visit, origin: dict[str, Any], form: Form, step: str, *, status: int = 200) -> Response[bytes]:
    panels, commitments, rooms, sessions, quotas = await asyncio.gather(
        visit.services.items(f"/editions/{origin['slug']}/panels"),
        visit.services.items(f"/editions/{origin['slug']}/commitments"),
        visit.items_if("programme.read", "/rooms", edition=origin["slug"]),
        visit.items_if("programme.read", "/sessions", edition=origin["slug"]),
        _quotas(visit, origin["slug"]),
    )
    starts_on, ends_on = (date.fromisoformat(origin[name]) for name in ("starts_on", "ends_on"))
    first, last = next_dates(starts_on, ends_on)
    return visit.page(
        "editions/next.html",
        here="editions",
        edition=origin,
        status=status,
        form=form,
        step=step,
        steps=STEPS,
        carried=CARRIED,
        counts=carried_counts(panels, commitments, rooms, sessions, quotas),
        panels=panels,
        suggested={"slug": next_slug(origin["slug"]), "starts_on": first, "ends_on": last},
        shift=_shift(form, starts_on),
    )


async def _quotas(visit: Visit, edition: str) -> list[Any]:
    calls = await visit.items_if("calls.read", "/calls", edition=edition)
    return await visit.services.items(f"/calls/{calls[0]['id']}/quotas") if calls else []


def _command(origin: dict[str, Any], form: Form) -> dict[str, Any]:
    return {
        "clone_of": origin["slug"],
        "slug": form.value("slug"),
        "starts_on": form.value("starts_on"),
        "ends_on": form.value("ends_on"),
        "city": form.text("city"),
        "region": form.value("region"),
        "carry": list(form.all("carry")),
    }


def _step_of(refused: Refused) -> str:
    """Return the step whose field is to be mended."""
    pointers = {error.get("pointer", "") for error in refused.problem.get("errors", [])}
    if any(pointer.startswith("/carry") for pointer in pointers):
        return "carry"
    return "origin" if "/slug" in pointers else "dates"


def _shift(form: Form, starts_on: date) -> timedelta | None:
    try:
        return date.fromisoformat(form.value("starts_on")) - starts_on
    except ValueError:
        return None
