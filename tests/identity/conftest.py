"""Identity over HTTP, on the run's PostgreSQL."""

from collections.abc import AsyncIterator, Callable

import httpx2
import pytest
from litestar import Litestar

from libs.config import Settings
from libs.db.tenancy import Sessions
from tests.identity.applications import BACK, SCOPES, Application, make
from tests.identity.journee import Journee, running
from tests.identity.test_clients import signed_in


@pytest.fixture
def sessions(sessions_of: Callable[[str], Sessions]) -> Sessions:
    return sessions_of("identity")


@pytest.fixture
async def journee(sessions: Sessions, settings: Settings) -> Journee:
    journee = Journee(sessions=sessions, settings=settings)
    await journee.begin()
    return journee


@pytest.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[Litestar]:
    async with running(settings) as app:
        yield app


@pytest.fixture
async def http(app: Litestar, settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)  # type: ignore[arg-type] # Litestar's own scope
    async with httpx2.AsyncClient(transport=transport, base_url=settings.base_url) as client:
        yield client


@pytest.fixture
async def application(journee: Journee, http: httpx2.AsyncClient) -> Application:
    client = await make(journee, name="CRM", kind="application", scopes=SCOPES, redirect_uris=[BACK])
    return Application(http, journee, client, await signed_in(http, journee, "representative"))
