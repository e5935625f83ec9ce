"""HTTP face of cloning."""

from datetime import datetime

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from libs.identity import Principal
from libs.web.once import Once
from services.editions.cloning.commands import CloneEdition, clone_edition
from services.editions.cloning.queries import CloningView, read_cloning
from services.editions.editions.queries import EditionView, read_edition


class CloningController(Controller):
    path = "/api/v1/{tenant:str}/editions"
    tags = ("editions",)

    @post(operation_id="clone_edition", opt={"action": "editions.clone"})
    async def clone(
        self,
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

    @get("/{edition:str}/cloning", operation_id="read_cloning", opt={"action": "cloning.read"})
    async def progress(
        self, edition: FromPath[str], session: NamedDependency[AsyncSession], principal: NamedDependency[Principal]
    ) -> CloningView:
        found = await read_edition(session, principal, edition)
        return await read_cloning(session, found.id)
