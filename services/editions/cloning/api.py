"""HTTP face of cloning."""

from datetime import datetime

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from libs.identity import Principal
from libs.web.once import Once
from services.editions.cloning.commands import CloneEdition, clone_edition
from services.editions.cloning.queries import CloningView, read_cloning
from services.editions.editions.queries import EditionView, read_edition

_EDITIONS = "/api/v1/{tenant:str}/editions"


# Functions: Litestar takes no second controller on a path, each brings an OPTIONS handler of its own.
@post(_EDITIONS, operation_id="clone_edition", opt={"action": "editions.clone"}, tags=["editions"])
async def clone(
    data: JSONBody[CloneEdition],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    once: NamedDependency[Once],
) -> EditionView:
    async def act() -> EditionView:
        edition = await clone_edition(session, principal, data, now)
        return await read_edition(session, principal, str(edition.id))

    return await once(act)


@get(
    f"{_EDITIONS}/{{edition:str}}/cloning",
    operation_id="read_cloning",
    opt={"action": "cloning.read"},
    tags=["editions"],
)
async def progress(
    edition: FromPath[str], session: NamedDependency[AsyncSession], principal: NamedDependency[Principal]
) -> CloningView:
    found = await read_edition(session, principal, edition)
    return await read_cloning(session, found.id)


routes = (clone, progress)
