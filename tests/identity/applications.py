"""An application of an organisation, and the person who agrees that it acts in their name."""

import base64
import hashlib
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx2
from msgspec import Struct
from sqlalchemy import update

from services.identity.clients.commands import CreateClient, NewClient, create_client
from tests.identity.journee import Journee, now
from tests.identity.served import said_in
from tests.identity.test_clients import Person

BACK = "https://crm.example/back?kept=1"


VERIFIER = "v" * 64


CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


SCOPES = ["openid", "profile", "email", "nominations:read", "editions:read"]


class Application(Struct):
    """An application and the person who agrees to it."""

    http: httpx2.AsyncClient
    journee: Journee
    client: NewClient
    person: Person

    def question(self, **said: str | None) -> str:
        asked = {
            "response_type": "code",
            "client_id": str(self.client.client_id),
            "redirect_uri": BACK,
            "state": "s t",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        } | said
        return urlencode({name: value for name, value in asked.items() if value is not None})

    async def ask(self, **said: str | None) -> str:
        """Return where an application's question leads."""
        answer = await self.http.get(f"/oauth/authorize?{self.question(**said)}")
        assert (answer.status_code, answer.headers["cache-control"]) == (303, "no-store")
        return str(answer.headers["location"])

    async def decide(self, page: str, *, granted: bool = True, by: Person | None = None) -> httpx2.Response:
        return await (by or self.person).ask(
            "POST", f"/consents/{page.rpartition('/')[2]}/decision", {"granted": granted}
        )

    async def code(self, **said: str | None) -> str:
        decided = await self.decide(await self.ask(**said))
        return said_in(decided.json()["redirect_to"])["code"]

    async def post(self, path: str, *, of: NewClient | None = None, **form: str | None) -> httpx2.Response:
        client = of or self.client
        data = {name: value for name, value in form.items() if value is not None}
        return await self.http.post(path, data=data, auth=(str(client.client_id), client.client_secret))

    async def redeem(self, code: str, *, of: NewClient | None = None, **form: str | None) -> httpx2.Response:
        said = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
        return await self.post("/oauth/token", of=of, **(said | form))

    async def refresh(self, token: str, **form: Any) -> httpx2.Response:
        return await self.post("/oauth/token", grant_type="refresh_token", refresh_token=token, **form)

    async def tokens(self, **said: str | None) -> dict[str, str]:
        tokens: dict[str, str] = (await self.redeem(await self.code(**said))).json()
        return tokens

    async def is_active(self, token: str) -> bool:
        return bool((await self.post("/oauth/introspect", token=token)).json()["active"])

    async def later(self, table: type, **ago_by: timedelta) -> None:
        """Let a moment lie further back, as if time had passed."""
        async with self.journee.work() as session:
            for column, span in ago_by.items():
                await session.execute(update(table).values({column: getattr(table, column) - span}))


async def make(journee: Journee, **said: Any) -> NewClient:
    command = CreateClient(**{"organisation_id": journee.federation} | said)
    async with journee.work() as session:
        return await create_client(session, journee.operator, command, now())
