"""HTTP face of commitments."""

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from libs.identity import Principal
from libs.web.cursors import Page
from services.editions.commitments.queries import CommitmentView, list_commitments
from services.editions.editions.queries import read_edition


@get(
    "/api/v1/{tenant:str}/editions/{edition:str}/commitments",
    operation_id="list_commitments",
    opt={"action": "commitments.read"},
    tags=["commitments"],
)
async def commitments(
    edition: FromPath[str], session: NamedDependency[AsyncSession], principal: NamedDependency[Principal]
) -> Page[CommitmentView]:
    found = await read_edition(session, principal, edition)
    return Page(await list_commitments(session, found.id))
