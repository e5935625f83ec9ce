"""HTTP face of releases. Their files are published bytes (libs.published): they rarely come this far."""

from typing import Any

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from libs.errors import NoSuch
from libs.identity import Principal
from libs.web.cursors import Page
from services.scheduling.releases.exports import SCHEMA, programme_schema, releases_root
from services.scheduling.releases.queries import ReleaseView, list_releases, read_release, slug_of


class ReleaseController(Controller):
    path = "/api/v1/{tenant:str}"
    tags = ("programme",)

    @get("/editions/{edition:str}/releases", operation_id="list_releases", opt={"action": "releases.read"})
    async def list(self, edition: FromPath[str], session: NamedDependency[AsyncSession]) -> Page[ReleaseView]:
        return Page(await list_releases(session, edition))

    @get("/editions/{edition:str}/releases/{number:str}", operation_id="read_release", opt={"action": "releases.read"})
    async def read(
        self, edition: FromPath[str], number: FromPath[str], session: NamedDependency[AsyncSession]
    ) -> ReleaseView:
        return await read_release(session, edition, number)

    @get(
        "/editions/{edition:str}/releases/{number:str}/{file:str}",
        operation_id="read_release_file",
        opt={"action": "releases.read"},
        status_code=307,
    )
    async def find_file(
        self,
        edition: FromPath[str],
        number: FromPath[str],
        file: FromPath[str],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
    ) -> Redirect:
        """Lead from an edition's id to its slug, under which the files are published."""
        slug = await slug_of(session, edition)
        if slug == edition:
            raise NoSuch(what="file", id=file)
        return Redirect(f"{releases_root(principal.tenant, slug)}/{number}/{file}", status_code=307)

    @get(f"/releases/{SCHEMA}", operation_id="read_programme_schema", opt={"action": "releases.read"})
    async def schema(self) -> dict[str, Any]:
        return programme_schema()
