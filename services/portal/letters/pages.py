"""What was written to whom: every letter of the day, the last first."""

from litestar import Response, get
from litestar.di import NamedDependency

from services.portal.visits import Visit

_SHOWN = "100"


@get("/{language:str}/{tenant:str}/workspace/letters")
async def letters(visit: NamedDependency[Visit]) -> Response[bytes]:
    page = await visit.services.get("/letters", limit=_SHOWN)
    return visit.page("letters/list.html", here="letters", letters=page["items"], more=page.get("next") is not None)
