"""Every command of docs/integrators/first-token.md does what it says, against a server that runs."""

import asyncio
import base64
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.supervising.child import ROOT
from libs.config import KEY_BYTES, Settings
from libs.db.tenancy import Sessions
from services.identity.clients.commands import NewClient
from tests.identity.applications import make
from tests.identity.journee import Journee
from tests.identity.served import Browser, Served, make_known

PAGE = Path(ROOT) / "docs" / "integrators" / "first-token.md"
BACK = "https://crm.example/back"


def commands(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def served(settings: Settings) -> Iterator[Served]:
    with Served(settings, base64.b64encode(b"k" * KEY_BYTES).decode()) as served:
        yield served


@pytest.fixture
async def journee(served: Served, sessions_of: Callable[[str], Sessions]) -> Journee:
    journee = Journee(sessions=sessions_of("identity"), settings=served.settings)
    await journee.begin()
    await make_known(journee, *map(sessions_of, ("editions", "stakeholders", "portal")))
    return journee


def surroundings(served: Served, journee: Journee, client: NewClient) -> dict[str, str]:
    return {
        **os.environ,
        "MOUSSEM": served.url,
        "DAY": journee.slug,
        "CLIENT_ID": str(client.client_id),
        "CLIENT_SECRET": client.client_secret,
        "BACK": BACK,
        "OAUTHLIB_INSECURE_TRANSPORT": "1",  # the server is on loopback
    }


async def test_a_machines_commands(served: Served, journee: Journee) -> None:
    machine = await make(journee, name="M", scopes=["nominations:read"])
    environ = surroundings(served, journee, machine)

    def run() -> list[str]:
        shell = ["bash", "-euo", "pipefail", "-c", "\n".join(commands("sh"))]
        python = [sys.executable, "-c", commands("python")[0]]
        return [
            subprocess.run(each, env=environ, check=True, stdout=subprocess.PIPE, text=True).stdout
            for each in (shell, python)
        ]

    by_curl, by_python = await asyncio.to_thread(run)
    assert '"expires_in":600' in by_curl
    assert by_curl.rstrip().endswith('{"items":[],"next":null}')
    assert by_python == "{'items': [], 'next': None}\n"


async def test_an_applications_commands(served: Served, journee: Journee) -> None:
    scopes = ["openid", "profile", "nominations:read"]
    application = await make(journee, name="A", kind="application", scopes=scopes, redirect_uris=[BACK])
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", commands("python")[1]),
        env=surroundings(served, journee, application),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert program.stdin
    assert program.stdout
    address = (await program.stdout.readline()).decode().strip()
    async with Browser(served, journee) as browser:
        await browser.get(address)
        page = await browser.sign_in(await journee.mailed_link(await journee.appoint()))
        back = await browser.answer(page, "yes")
    said, _ = await program.communicate(f"{back}\n".encode())
    assert (program.returncode, said.decode()) == (0, "Ada Lovelace\n200\n")
