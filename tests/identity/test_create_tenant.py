import asyncio
from collections import Counter
from types import NoneType

import httpx2
import pytest
from msgspec import ValidationError, convert
from uuid_utils.compat import uuid7

from libs.errors import DomainError
from libs.zones import UnknownZone
from services.identity.tenants.commands import ChangeTenant, CreateTenant, change_tenant, create_tenant
from services.identity.tenants.domain import SlugReserved, SlugTaken
from tests.identity.journee import Journee, now

REQUEST = {
    "slug": "jni",
    "name": {"fr": "Journée"},
    "country": "MA",
    "timezone": "Africa/Casablanca",
    "languages": ["fr"],
    "administrator": {"email": "root@example.org", "name": "Root", "language": "fr"},
}


async def create(journee: Journee, **change: object) -> str:
    command = convert(REQUEST | {"slug": journee.slug} | change, CreateTenant)
    async with journee.work() as session:
        return await create_tenant(session, journee.operator, command, now(), journee.settings)


async def test_everybody_may_read_the_tenant_and_the_services_are_told(
    journee: Journee, http: httpx2.AsyncClient
) -> None:
    answer = await http.get(journee.api)
    assert answer.status_code == 200
    assert answer.json()["name"] == {"fr": "Journée d'essai"}
    assert answer.json()["timezone"] == "Africa/Casablanca"
    [event] = await journee.told("identity.tenant-changed")
    assert (event["slug"], event["version"], event["tenant_id"]) == (journee.slug, 1, str(journee.id))

    again = await http.get(journee.api, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


async def test_the_first_administrator_signs_in_by_the_link_that_is_returned(
    journee: Journee, http: httpx2.AsyncClient
) -> None:
    answer = await http.post(f"{journee.api}/sign-ins", json={"link": journee.first_link})
    assert answer.status_code == 201
    assert [held["role"] for held in answer.json()["memberships"]] == ["administrator"]


async def test_a_change_is_told_with_the_next_version(journee: Journee) -> None:
    command = ChangeTenant(co_organisers=(journee.ministry, journee.federation), protected=("theme",))
    async with journee.work() as session:
        await change_tenant(session, journee.operator, command, now())
    event = (await journee.told("identity.tenant-changed"))[-1]
    assert event["co_organisers"] == [str(journee.ministry), str(journee.federation)]
    assert (event["version"], event["protected"], event["name"]) == (2, ["theme"], {"fr": "Journée d'essai"})


async def test_two_tenants_never_have_one_name(journee: Journee) -> None:
    """The other tenant's row cannot be seen; the name is taken all the same."""
    slug = f"same-{uuid7()}"
    others = [Journee(sessions=journee.sessions, settings=journee.settings) for _ in range(6)]
    outcomes = await asyncio.gather(*(create(other, slug=slug) for other in others), return_exceptions=True)
    kinds = Counter(type(outcome) if isinstance(outcome, Exception) else NoneType for outcome in outcomes)
    assert kinds == {NoneType: 1, SlugTaken: 5}


@pytest.mark.parametrize(
    ("change", "reason"), [({"slug": "workspace"}, SlugReserved), ({"timezone": "Africa/Atlantis"}, UnknownZone)]
)
async def test_refuses(journee: Journee, change: dict[str, object], reason: type[DomainError]) -> None:
    with pytest.raises(reason):
        await create(Journee(sessions=journee.sessions, settings=journee.settings), **change)


@pytest.mark.parametrize(
    "change",
    [
        {"slug": "Not A Slug"},
        {"country": "Morocco"},
        {"languages": []},
        {"name": {"fr": "a\0b"}},
        {"name": {"de": "Tag"}},
        {"vip": True},
        {"administrator": {"email": "root@example.org\r\nBcc: e@example.org", "name": "Root", "language": "fr"}},
        {"administrator": {"email": "root@example.org", "name": "x\r\nBcc: e@example.org", "language": "fr"}},
    ],
)
def test_a_wrong_shape_is_refused_before_anything_is_done(change: dict[str, object]) -> None:
    """P24: no line break gets into a letter's header."""
    with pytest.raises(ValidationError):
        convert(REQUEST | change, CreateTenant)
