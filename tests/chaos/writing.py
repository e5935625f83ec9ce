"""People who go on working while the house shakes: each repeats what failed until it is acknowledged."""

import asyncio
import random
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx2
from msgspec import Struct, field
from uuid_utils.compat import uuid7

from infra.founding import found_tenant
from services.identity.tenants.commands import Administrator, CreateTenant
from tests.chaos.house import House

_WAITS = 20.0  # seconds for one answer
_PAUSE = 0.1  # seconds until the same is asked again
_LONGEST_THOUGHT = 0.3  # seconds before the next piece of work
_PATIENCE = 180.0  # seconds until somebody gives up: nothing is out of order for so long
FACTS_OF_A_LETTER = 3  # it is requested, queued, sent


class NotAcknowledged(Exception):
    """A write was refused, or never answered: the house does not do its work."""


class Acknowledged(Struct):
    """What the house said that it had done."""

    organisations: dict[UUID, str] = field(default_factory=dict)  # the last name of each
    invited: list[str] = field(default_factory=list)  # addresses
    changes: int = 0
    times: list[tuple[float, float]] = field(default_factory=list)  # of each write: begun, acknowledged
    failures: Counter[str] = field(default_factory=Counter)  # what was answered instead, before
    unread: list[str] = field(default_factory=list)  # what was acknowledged by one process and not shown by another

    @property
    def facts(self) -> int:
        """How many facts that caused, at the end of all consequences."""
        return len(self.organisations) + self.changes + FACTS_OF_A_LETTER * len(self.invited)


class Office:
    """A day of its own, and an administrator who is signed in to it."""

    def __init__(self, house: House, client: httpx2.AsyncClient) -> None:
        self.acknowledged = Acknowledged()
        self.tenant = f"day-{uuid7().hex[-12:]}"
        self._house = house
        self._client = client
        self._sign_in: dict[str, Any] = {}

    async def open(self) -> None:
        """Make the tenant, and sign its administrator in."""
        founding = CreateTenant(
            slug=self.tenant,
            name={"fr": "Journée dans la tempête"},
            country="MA",
            timezone="Africa/Casablanca",
            languages=["fr", "ar", "en"],
            administrator=Administrator("chef@day.example", "Chef", "fr"),
        )
        address = await asyncio.to_thread(found_tenant, self._house.settings, founding, datetime.now(UTC))
        answer = await self._ask("POST", "/sign-ins", json={"link": address.rpartition("/")[2]})
        self._sign_in = answer.json()
        until = time.monotonic() + _PATIENCE
        while (await self._try("GET", "/organisations")).status_code != 200:  # the new day is not known there yet
            if time.monotonic() > until:
                raise NotAcknowledged(self.tenant)
            await asyncio.sleep(_PAUSE)

    async def work(self, stop: asyncio.Event) -> None:
        """Found an organisation, invite somebody, rename the organisation, and so on until told to stop."""
        while not stop.is_set():
            await asyncio.sleep(random.uniform(0, _LONGEST_THOUGHT))
            name = uuid7().hex[-12:]
            made = await self._write("POST", "/organisations", slug=f"o-{name}", kind="company", name={"fr": name})
            organisation = UUID(made.json()["id"])
            self.acknowledged.organisations[organisation] = name
            await self._read_elsewhere(organisation)
            person = {"email": f"{name}@day.example", "name": name, "role": "viewer", "language": "fr"}
            await self._write("POST", "/memberships", **person)
            self.acknowledged.invited.append(str(person["email"]))
            for number in range(random.randrange(3)):
                renamed = f"{name} {number}"
                await self._write("PATCH", f"/organisations/{organisation}", name={"fr": renamed})
                self.acknowledged.organisations[organisation] = renamed
                self.acknowledged.changes += 1

    async def _write(self, method: str, path: str, **body: object) -> httpx2.Response:
        """Write until it is acknowledged: a POST by its key, a PATCH by saying the same once more."""
        once = {"If-Match": "*"} if method == "PATCH" else {"Idempotency-Key": str(uuid7())}
        return await self._ask(method, path, json=body, headers=once)

    async def _read_elsewhere(self, organisation: UUID) -> None:
        """P14: what one process has acknowledged is there for who asks the other one, over another connection."""
        answer = await self._ask("GET", f"/organisations/{organisation}", accepted=(200, 404))
        if answer.status_code == 404:
            self.acknowledged.unread.append(str(organisation))

    async def _ask(
        self, method: str, path: str, *, accepted: tuple[int, ...] = (200, 201), **options: Any
    ) -> httpx2.Response:
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            begun = time.monotonic()
            try:
                answer = await self._try(method, path, **options)
            except httpx2.TransportError:
                self.acknowledged.failures["no answer"] += 1
            else:
                if answer.status_code in accepted:
                    if method != "GET":
                        self.acknowledged.times.append((begun, time.monotonic()))
                    return answer
                self.acknowledged.failures[str(answer.status_code)] += 1
                if answer.status_code == 401:
                    await self._renew()
                elif answer.status_code < 500:
                    raise NotAcknowledged(f"{method} {path}: {answer.status_code} {answer.text}")
            await asyncio.sleep(_PAUSE)
        raise NotAcknowledged(f"{method} {path}: not in {_PATIENCE:.0f} s")

    async def _renew(self) -> None:
        answer = await self._ask(
            "POST", f"/sign-ins/{self._sign_in['id']}/tokens", json={"secret": self._sign_in["secret"]}
        )
        self._sign_in["access_token"] = answer.json()["access_token"]

    async def _try(self, method: str, path: str, **options: Any) -> httpx2.Response:
        headers = dict(options.pop("headers", {}))
        if token := self._sign_in.get("access_token"):
            headers["Authorization"] = f"Bearer {token}"
        url = f"{random.choice(self._house.webs)}/api/v1/{self.tenant}{path}"
        return await self._client.request(method, url, headers=headers, timeout=_WAITS, **options)
