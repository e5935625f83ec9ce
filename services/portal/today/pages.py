"""What waits for whoever has signed in, and how far the edition is."""

import asyncio
from datetime import date, datetime
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from libs.zones import wall
from services.portal.approvals.everywhere import approvals_of
from services.portal.today.domain import readiness
from services.portal.visits import Visit


@get("/{language:str}/{tenant:str}/workspace")
async def today(visit: NamedDependency[Visit], now: NamedDependency[datetime]) -> Response[bytes]:
    """Show what waits for me; for the latest edition, as that is what is being prepared."""
    edition = visit.editions[0] if visit.editions else None
    if edition is None:
        return visit.page("today/nothing.html", here="today")
    here = wall(now, edition["timezone"]).date()
    panels, approvals, calls, releases = await asyncio.gather(
        visit.services.items(f"/editions/{edition['slug']}/panels"),
        _approvals(visit, edition["slug"]),
        visit.items_if("calls.read", "/calls", edition=edition["slug"]),
        visit.services.items(f"/editions/{edition['slug']}/releases"),
    )
    mine = [each for each in approvals if visit.organisation_id in each["waiting"]]
    return visit.page(
        "today/today.html",
        here="today",
        edition=edition,
        now_here=here,
        days=(date.fromisoformat(edition["starts_on"]) - here).days,
        to_clone=visit.may("editions.clone") and date.fromisoformat(edition["ends_on"]) < here,
        mine=mine,
        calls=calls,
        checks=readiness(edition, panels, approvals, calls, releases),
        waiting={"approvals": len(mine)} if mine else {},
    )


async def _approvals(visit: Visit, edition: str) -> list[Any]:
    if not visit.may("approvals.read"):
        return []
    return await approvals_of(visit.services, edition, drafts=visit.may("programme.read"))
