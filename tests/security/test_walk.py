"""Every route × every role × nobody × another tenant × a client without scopes."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any

import httpx2
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct, structs
from uuid_utils.compat import uuid7

from libs.config import SERVICES, Settings
from libs.db.tenancy import Sessions, unit_of_work
from libs.identity import Principal
from libs.permissions import ACTIONS, PUBLIC, ROLES, SCOPES, SPEAKER
from libs.published.serving import Published
from libs.resources import Application
from services.identity.tenants.commands import Administrator, CreateTenant, create_tenant
from tests.days import Day
from tests.issuing import Issuer

WITH_API = [
    service for service in SERVICES if service != "portal" and find_spec(f"services.{service}.app")
]  # the portal's pages are walked in the browser
REFUSED = {401, 403}


class Route(Struct, frozen=True):
    """One address and method: `path` with ids that nothing has."""

    method: str
    path: str
    action: str


def routes_of(app: Application, tenant: str) -> Iterator[Route]:
    litestar = app.app if isinstance(app, Published) else app
    assert isinstance(litestar, Litestar)
    for route in litestar.routes:
        for handler in getattr(route, "route_handlers", []):
            if isinstance(handler, HTTPRouteHandler) and route.path.startswith("/api/v1/"):
                path = re.sub(r"\{tenant(:\w+)?\}", tenant, route.path_format)
                path = re.sub(r"\{\w+?(:\w+)?\}", lambda _: str(uuid7()), path)
                for method in handler.http_methods - {"OPTIONS", "HEAD"}:
                    yield Route(str(method), path, handler.opt.get("action", ""))


@pytest.fixture
async def day(sessions_of: Callable[[str], Sessions], settings: Settings) -> Day:
    """A tenant as identity makes it, known to all."""
    day = Day()
    made = CreateTenant(
        slug=day.slug,
        name={"fr": "Journée d'essai"},
        country="MA",
        timezone="Africa/Casablanca",
        languages=["fr", "ar", "en"],
        administrator=Administrator(email="first@day.example", name="Premier", language="fr"),
    )
    async with unit_of_work(sessions_of("identity"), day.id) as session:
        await create_tenant(session, day.who("administrator"), made, datetime.now(UTC), settings)
    for service in WITH_API:
        if service != "identity":
            await day.make_known(sessions_of(service))
    return day


Client = Callable[..., httpx2.AsyncClient]


async def ask(client: httpx2.AsyncClient, route: Route) -> httpx2.Response:
    body: dict[str, object] | None = None if route.method in {"GET", "DELETE"} else {}
    return await client.request(route.method, route.path, json=body, headers={"if-match": '"v1"'})


@pytest.mark.parametrize("service", WITH_API)
async def test_every_route_names_an_action_of_the_matrix(app_of: Callable[[str], Application], service: str) -> None:
    assert [route for route in routes_of(app_of(service), "x") if route.action not in ACTIONS] == []


@pytest.mark.parametrize("service", WITH_API)
@pytest.mark.parametrize("role", [*ROLES, SPEAKER])
async def test_a_role_passes_where_the_matrix_says_so_and_nowhere_else(
    app_of: Callable[[str], Application], client_of: Client, day: Day, service: str, role: str
) -> None:
    client = client_of(service, day.who(role, day.federation))
    for route in routes_of(app_of(service), day.slug):
        answer = await ask(client, route)
        assert answer.status_code < 500, route
        assert (answer.status_code not in REFUSED) == (role in ACTIONS[route.action]), (route, answer.text)


@pytest.mark.parametrize("service", WITH_API)
async def test_nobody_passes_where_only_the_public_may(
    app_of: Callable[[str], Application], client_of: Client, day: Day, service: str
) -> None:
    for route in routes_of(app_of(service), day.slug):
        answer = await ask(client_of(service), route)
        assert answer.status_code < 500, route
        assert (answer.status_code != 401) == (PUBLIC in ACTIONS[route.action]), (route, answer.text)


@pytest.mark.parametrize("service", WITH_API)
@pytest.mark.parametrize("kind", ["administrator", "representative", "machine", "application", "speaker"])
async def test_another_tenants_token_finds_nothing_at_all(
    app_of: Callable[[str], Application], client_of: Client, day: Day, service: str, kind: str
) -> None:
    """Whatever kind of token it is, and though it names an organisation or an invitation of this tenant."""
    other = Day()
    person = other.who("representative" if kind in {"machine", "application"} else kind, day.federation)
    changed: dict[str, Any] = {
        "machine": {"account_id": None, "client_id": uuid7(), "scopes": frozenset(SCOPES)},
        "application": {"client_id": uuid7(), "scopes": frozenset(SCOPES)},
        "speaker": {"account_id": None, "invitation_id": uuid7(), "link_hash": "a" * 64},
    }
    stranger = client_of(service, structs.replace(person, **changed.get(kind, {})))
    for route in routes_of(app_of(service), day.slug):
        answer = await ask(stranger, route)
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-such-tenant"), route


@pytest.mark.parametrize("service", WITH_API)
async def test_a_token_in_an_address_opens_nothing(
    app_of: Callable[[str], Application], client_of: Client, issuer: Issuer, day: Day, service: str
) -> None:
    """RFC 9700, 4.3.2: addresses are written into histories and logs; who brings a token there is nobody."""
    token = issuer.token(day.who("administrator"))
    for route in routes_of(app_of(service), day.slug):
        if PUBLIC not in ACTIONS[route.action]:
            answer = await client_of(service).request(route.method, f"{route.path}?access_token={token}")
            assert answer.status_code == 401, route


@pytest.mark.parametrize("service", WITH_API)
@pytest.mark.parametrize("scope", ["", *SCOPES])
async def test_a_client_passes_by_its_scopes_only(
    app_of: Callable[[str], Application], client_of: Client, day: Day, service: str, scope: str
) -> None:
    partner = Principal(
        tenant_id=day.id,
        tenant=day.slug,
        role="co_organiser",
        organisation_id=day.ministry,
        client_id=uuid7(),
        scopes=frozenset({scope} - {""}),
    )
    client = client_of(service, partner)
    for route in routes_of(app_of(service), day.slug):
        allowed = ACTIONS[route.action]
        opened = PUBLIC in allowed or (partner.role in allowed and route.action in SCOPES.get(scope, ()))
        answer = await ask(client, route)
        assert (answer.status_code not in REFUSED) == opened, (route, answer.text)
