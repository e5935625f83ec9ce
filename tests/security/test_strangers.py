"""The property: whatever a token is made of, it reads nothing of another organisation's nor of another day's."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx2
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as some
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct, structs
from uuid_utils.compat import uuid7

from libs.config import Settings
from libs.db.tenancy import Sessions, unit_of_work
from libs.identity import Principal
from libs.permissions import ROLES, SCOPES
from libs.published.serving import Published
from libs.resources import Application
from services.identity.clients.commands import CreateClient, create_client
from services.identity.memberships.commands import InviteRepresentative, appoint
from tests.days import Day
from tests.portal.workspace.conftest import KNOWING, Called, called, day, found  # noqa: F401 (fixtures)
from tests.security.test_walk import WITH_API

OF_ONE_ORGANISATION = ("representative", "technical_contact")
Client = Callable[..., httpx2.AsyncClient]


class World(Struct, frozen=True):
    """A day in which two organisations have something of their own; each text of theirs holds their marker.

    `elsewhere` is another day, of organisations with the same ids, which have nothing there.
    """

    day: Day
    elsewhere: Day
    ids: dict[str, list[str]]  # by the name of a path's parameter

    def marker(self, organisation_id: UUID) -> str:
        return f"own{organisation_id.hex}"


@pytest.fixture
async def world(
    called: Called,  # noqa: F811
    client_of: Client,
    sessions_of: Callable[[str], Sessions],
    settings: Settings,
) -> World:
    day, now = called.day, datetime.now(UTC)  # noqa: F811
    elsewhere = Day(federation=day.federation, ministry=day.ministry)
    for service in KNOWING:
        await elsewhere.make_known(sessions_of(service))
    await found(elsewhere, settings, sessions_of("identity"))
    world = World(day, elsewhere, {"call_id": [str(called.call_id)], "edition": ["2027", str(called.edition_id)]})
    for organisation_id in (day.federation, day.ministry):
        marker = world.marker(organisation_id)
        representative = client_of("stakeholders", day.who("representative", organisation_id))
        nominated = await representative.post(
            f"/api/v1/{day.slug}/calls/{called.call_id}/nominations", json=_nomination(called, marker)
        )
        assert nominated.status_code == 201, nominated.text
        told = (await representative.get(f"/api/v1/{day.slug}/nominations/{nominated.json()['id']}")).json()
        world.ids.setdefault("nomination_id", []).append(told["id"])
        world.ids.setdefault("person_id", []).append(told["person"]["id"])
        world.ids.setdefault("organisation_id", []).append(str(organisation_id))
        async with unit_of_work(sessions_of("identity"), day.id) as session:
            operator = day.who("administrator")
            made = CreateClient(name=marker, organisation_id=organisation_id, scopes=["editions:read"])
            world.ids.setdefault("client_id", []).append(
                str((await create_client(session, operator, made, now)).client_id)
            )
            person = InviteRepresentative(
                email=f"{marker}@own.example", name=marker, organisation_id=organisation_id, language="fr"
            )
            await appoint(session, operator, person, now)
    return world


def _nomination(called: Called, marker: str) -> dict[str, Any]:  # noqa: F811
    return {
        "panel_id": str(called.panels[0]),
        "seat_role": "speaker",
        "full_name": marker,
        "email": f"{marker}@own.example",
    }


def reads(app: Application) -> Iterator[str]:
    """Return the addresses of an application's reads, with their parameters as `{name}`."""
    litestar = app.app if isinstance(app, Published) else app
    assert isinstance(litestar, Litestar)
    for route in litestar.routes:
        for handler in getattr(route, "route_handlers", []):
            if (
                isinstance(handler, HTTPRouteHandler)
                and route.path.startswith("/api/v1/")
                and "GET" in handler.http_methods
            ):
                yield re.sub(r"\{(\w+)(:\w+)?\}", r"{\1}", route.path_format)


tokens = some.fixed_dictionaries(
    {
        "role": some.sampled_from(OF_ONE_ORGANISATION),
        "machine": some.booleans(),
        "scopes": some.frozensets(some.sampled_from(sorted(SCOPES))),
        "ministry": some.booleans(),
    }
)


@trying(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(token=tokens, data=some.data())
async def test_no_token_of_one_organisation_reads_what_is_anothers(
    app_of: Callable[[str], Application], client_of: Client, world: World, token: dict[str, Any], data: some.DataObject
) -> None:
    own, other = world.day.federation, world.day.ministry
    if token["ministry"]:
        own, other = other, own
    who = world.day.who(token["role"], own)
    if token["machine"]:
        who = structs.replace(who, client_id=uuid7(), scopes=token["scopes"])
    service = data.draw(some.sampled_from(WITH_API))
    for path in reads(app_of(service)):
        answer = await client_of(service, who).get(_filled(path, world, data))
        assert answer.status_code < 500, path
        assert world.marker(other) not in answer.text, (path, who)


@trying(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(role=some.sampled_from(ROLES), data=some.data())
async def test_no_token_of_one_day_reads_what_is_anothers(
    app_of: Callable[[str], Application], client_of: Client, world: World, role: str, data: some.DataObject
) -> None:
    """Not by its own address either: the ids of the other day are asked for in both."""
    elsewhere = world.elsewhere
    who = elsewhere.who(role, elsewhere.federation)
    service = data.draw(some.sampled_from(WITH_API))
    for path in reads(app_of(service)):
        address = _filled(path, world, data)
        for asked in (address, address.replace(world.day.slug, elsewhere.slug)):
            answer = await client_of(service, who).get(asked)
            assert answer.status_code < 500, path
            assert "own" + world.day.federation.hex not in answer.text, (asked, who)
            assert "own" + world.day.ministry.hex not in answer.text, (asked, who)


async def test_whose_it_is_reads_it(client_of: Client, world: World) -> None:
    """The markers are there to be found."""
    day = world.day  # noqa: F811
    for organisation_id in (day.federation, day.ministry):
        principal: Principal = day.who("technical_contact", organisation_id)
        for service, path in (
            ("identity", "clients"),
            ("identity", "memberships"),
            ("stakeholders", f"calls/{world.ids['call_id'][0]}/nominations"),
        ):
            answer = await client_of(service, principal).get(f"/api/v1/{day.slug}/{path}")
            assert world.marker(organisation_id) in answer.text, path


def _filled(path: str, world: World, data: some.DataObject) -> str:
    """Return an address with ids of what there is, wherever we know some."""

    def fill(found: re.Match[str]) -> str:
        name = found[1]
        if name == "tenant":
            return world.day.slug
        return data.draw(some.sampled_from(world.ids.get(name, [str(uuid7())])), label=name)

    return re.sub(r"\{(\w+)\}", fill, path)
