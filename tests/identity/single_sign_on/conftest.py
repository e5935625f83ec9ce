"""A federation with a proven domain and a provider that is on: what most tests begin from."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx2
import pytest
from litestar import Litestar
from msgspec import Struct, field, structs

from libs.config import Settings
from libs.identity import Principal
from libs.sealing import new_link
from services.identity.domains.models import MailDomain
from services.identity.tokens.commands import Issuer
from tests.identity.journee import Journee, now, running
from tests.identity.single_sign_on.provider import CLIENT, SECRET, HostileProvider, a_provider

DOMAIN = "amith.example"
GROUPS = [
    {"claim": "groups", "value": "jni-nominations", "role": "representative"},
    {"claim": "groups", "value": "it-apps", "role": "technical_contact"},
]


@pytest.fixture(scope="session")
def allowing(settings: Settings) -> Settings:
    """Return the settings of an operator who lets providers run on this machine."""
    return structs.replace(settings, outgoing_allowed=("127.0.0.0/8",))


@pytest.fixture(scope="session")
async def app(allowing: Settings) -> AsyncIterator[Litestar]:
    async with running(allowing) as app:
        yield app


@pytest.fixture
async def provider() -> AsyncIterator[HostileProvider]:
    async with a_provider() as provider:
        yield provider


class Federation(Struct, kw_only=True):
    """The federation of a day, its technical contact's access to the API, and a browser of one of its people."""

    journee: Journee
    http: httpx2.AsyncClient
    technical: dict[str, str] = {}
    id: UUID = field(default_factory=lambda: UUID(int=0))
    browser: str = field(default_factory=new_link)

    async def token(self, role: str, organisation_id: UUID | None) -> dict[str, str]:
        principal = Principal(
            tenant_id=self.journee.id, tenant=self.journee.slug, role=role, organisation_id=organisation_id
        )
        async with self.journee.work() as session:
            issued = await Issuer(self.journee.settings).issue(
                session, structs.replace(principal, client_id=None), now()
            )
        return {"authorization": f"Bearer {issued.access_token}"}

    async def register(self, provider: HostileProvider, **changes: Any) -> httpx2.Response:
        command = {
            "organisation_id": str(self.id),
            "name": "AMITH",
            "issuer": provider.url,
            "client_id": CLIENT,
            "secret": SECRET,
            "rules": GROUPS,
            **changes,
        }
        return await self.http.post(f"{self.journee.api}/providers", json=command, headers=self.technical)

    async def change(self, provider_id: str, **changes: Any) -> httpx2.Response:
        headers = {**self.technical, "if-match": "*"}
        return await self.http.patch(f"{self.journee.api}/providers/{provider_id}", json=changes, headers=headers)

    async def prove_domain(self, domain: str = DOMAIN, organisation_id: UUID | None = None) -> None:
        async with self.journee.work() as session:
            session.add(
                MailDomain(
                    tenant_id=self.journee.id,
                    organisation_id=organisation_id or self.id,
                    domain=domain,
                    token="t",  # noqa: S106 (no secret)
                    verified_at=now(),
                )
            )

    async def try_out(self, provider: HostileProvider, provider_id: str) -> httpx2.Response:
        told = await self.http.post(
            f"{self.journee.api}/providers/{provider_id}/trials",
            json={"browser": self.browser, "language": "fr"},
            headers=self.technical,
        )
        assert told.status_code == 201, told.text
        return await self.answer(provider_id, **provider.say(told.json()["authorization_url"]))

    async def switched_on(self, provider: HostileProvider, **changes: Any) -> str:
        """Register a provider, try it and switch it on, as its technical contact would; return its id."""
        registered = await self.register(provider, **changes)
        assert registered.status_code == 201, registered.text
        provider_id: str = registered.json()["id"]
        assert (await self.try_out(provider, provider_id)).status_code == 201
        assert (await self.change(provider_id, state="on")).status_code == 200
        return provider_id

    async def begin(self, provider_id: str, browser: str = "") -> httpx2.Response:
        command = {"provider_id": provider_id, "browser": browser or self.browser, "language": "fr"}
        return await self.http.post(f"{self.journee.api}/sign-ons", json=command)

    async def go(self, provider_id: str, browser: str = "") -> str:
        """Begin a sign-in; return where the browser is sent."""
        begun = await self.begin(provider_id, browser)
        assert begun.status_code == 201, begun.text
        address: str = begun.json()["authorization_url"]
        return address

    async def answer(self, provider_id: str, browser: str = "", **brought: str) -> httpx2.Response:
        command = {"provider_id": provider_id, "browser": browser or self.browser, **brought}
        return await self.http.post(f"{self.journee.api}/sign-ons/answers", json=command)

    async def sign_in(self, provider: HostileProvider, provider_id: str, **claims: Any) -> httpx2.Response:
        """Go the whole way, with what the provider says of the person."""
        address = await self.go(provider_id)
        provider.claims = claims
        return await self.answer(provider_id, **provider.say(address))

    async def refused_for(self) -> list[str]:
        return [str(entry.details["reason"]) for entry in await self.journee.journal("sign_in.refused")]


@pytest.fixture
async def federation(journee: Journee, http: httpx2.AsyncClient) -> Federation:
    federation = Federation(journee=journee, http=http, id=journee.federation)
    await federation.prove_domain()
    federation.technical = await federation.token("technical_contact", journee.federation)
    return federation
