"""All services in one process on a port of its own, as they are run, and people who sign in to them by a browser."""

import os
import re
import subprocess
import sys
import threading
from html import unescape
from typing import Self
from urllib.parse import parse_qs, urlsplit

import httpx2
from msgspec import structs

from infra.supervising.child import ROOT
from infra.supervising.folder import free_port
from libs.config import Settings
from libs.contracts.events import TenantChanged
from libs.db.tenancy import Sessions, unit_of_work
from libs.messaging.envelopes import Envelope
from libs.tenants.subscribers import remember_tenant
from tests.identity.journee import Journee

_SAME_ORIGIN = {"sec-fetch-site": "same-origin"}
_NO_ENVELOPE: Envelope = None  # type: ignore[assignment] # the projection of tenants does not look at it


class Served:
    """A web process; `said` is all that it logged."""

    def __init__(self, settings: Settings, key: str, *, program: str = "") -> None:
        port = free_port()
        self.settings = structs.replace(
            settings, base_url=f"http://127.0.0.1:{port}", issuer=f"http://127.0.0.1:{port}"
        )
        self._environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MOUSSEM_")},
            "MOUSSEM_DATABASE_URL": settings.database_url,
            "MOUSSEM_DIRECT_DATABASE_URL": settings.direct_database_url,
            "MOUSSEM_KEY": key,
            "MOUSSEM_PORT": str(port),
            "MOUSSEM_BASE_URL": self.settings.base_url,
        }
        self.said: list[str] = []
        self._listens = threading.Event()
        self._arguments = ["-c", program] if program else ["-m", "infra.web"]

    @property
    def url(self) -> str:
        return self.settings.base_url

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-u", *self._arguments],
            cwd=ROOT,
            env=self._environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reading = threading.Thread(target=self._read)
        self._reading.start()
        assert self._listens.wait(60), self.said
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(60)
        self._reading.join()

    def kill(self) -> None:
        """End the process as a power cut would."""
        self._process.kill()
        self._process.wait(60)

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self.said.append(line)
                if "Started worker" in line:
                    self._listens.set()


async def make_known(journee: Journee, *services: Sessions) -> None:
    """Let services know a day: no worker runs that would."""
    event = TenantChanged(
        tenant_id=journee.id,
        id=journee.id,
        version=1,
        slug=journee.slug,
        name={"fr": "Journée d'essai"},
        country="MA",
        timezone="Africa/Casablanca",
        languages=("fr", "ar", "en"),
        patronage={},
        co_organisers=(journee.ministry,),
        protected=(),
    )
    for sessions in services:
        async with unit_of_work(sessions, journee.id) as session:
            await remember_tenant(session, event, _NO_ENVELOPE)


class Browser:
    """Somebody's browser: it keeps cookies and is led where it is told."""

    def __init__(self, served: Served, journee: Journee) -> None:
        self._client = httpx2.AsyncClient(base_url=served.url, headers={"accept-language": "en"})
        self._journee = journee
        self.seen: list[httpx2.Response] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def get(self, address: str) -> httpx2.Response:
        """Look at an address, wherever on our own site it leads."""
        own = self._client.base_url.netloc.decode()
        answer = await self._client.get(address)
        for _ in range(6):
            if not answer.is_redirect or urlsplit(answer.headers["location"]).netloc not in {"", own}:
                break
            answer = await self._client.get(answer.headers["location"])
        self.seen.append(answer)
        return answer

    async def send(self, address: str, **typed: str) -> httpx2.Response:
        answer = await self._client.post(address, data=typed, headers=_SAME_ORIGIN)
        self.seen.append(answer)
        return answer

    async def sign_in(self, link: str) -> httpx2.Response:
        """Use a link up; return the page that it leads to."""
        signed_in = await self.send(f"/en/{self._journee.slug}/sign-in/{link}")
        assert signed_in.status_code == 303, signed_in.text
        return await self.get(signed_in.headers["location"])

    async def confirm(self, page: httpx2.Response) -> str:
        """Send the form of a page as it is; return the address that one is led to."""
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))
        sent = await self.send(page.url.path, **{name: unescape(value) for name, value in hidden.items()})
        assert sent.status_code == 303, sent.text
        return str(sent.headers["location"])

    async def answer(self, page: httpx2.Response, answer: str) -> str:
        """Answer an application's question; return the address that one is led to."""
        token = re.search(r'name="form_token" value="([^"]+)"', page.text)
        assert token is not None, page.text
        answered = await self.send(page.url.path, form_token=unescape(token[1]), answer=answer)
        assert answered.status_code == 303, answered.text
        return str(answered.headers["location"])


def said_in(address: str) -> dict[str, str]:
    """Return what an address says in its query."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
