"""What partners' machines do: read a call's nominations, and nominate."""

import base64
from functools import partial
from itertools import cycle
from typing import Any

import httpx2
import msgspec
from msgspec import Struct
from uuid_utils.compat import uuid7

from bench.by_hand import Script, note
from bench.client import Load, WrongAnswer, ask, request, same
from bench.ground import SPEAKERS, Ground
from bench.pairs import compare
from bench.public import AT_A_TIME
from bench.report import Row, share, told
from bench.run import Run
from infra.demo.stage import Stage
from libs.resources import Resources
from libs.web.peers import Peers
from libs.web.tokens import TokenVerifier
from services.identity.clients.commands import NewClient
from services.stakeholders import app as stakeholders

_LEAST_READING = 0.6
_LEAST_WRITING = 0.5
_JSON: dict[str, str] = {"accept": "application/json"}


class Scripts(Struct, frozen=True):
    """The statements of one list and of one nomination by each federation."""

    reading: Script
    writing: tuple[Script, ...]


async def note_scripts(stage: Stage, ground: Ground, port: int) -> Scripts:
    """Send both requests to the service's own application, in this process, and note what it asks of the database."""
    peers = Peers(stage.settings.base_url)
    service = stakeholders.create(Resources(stage.settings, peers, TokenVerifier(stage.settings.issuer, peers.keys)))
    application: Any = service
    partner = httpx2.AsyncClient(transport=httpx2.ASGITransport(application), base_url=stage.settings.base_url)
    async with service.lifespan(), partner:
        read = partial(_read, partner, ground, await token_of(port, ground.reader))
        await read()  # the token is known from now on
        reading = await note(ground.tenant_id, read)
        writing = []
        for federation in ground.federations:
            token = await token_of(port, federation.client)
            email, key = _email(), str(uuid7())
            write = partial(_write, partner, ground, token, email, key)
            writing.append(await note(ground.tenant_id, write, email, key))
    await peers.close()
    return Scripts(reading, tuple(writing))


async def _read(partner: httpx2.AsyncClient, ground: Ground, token: str) -> None:
    answer = await partner.get(list_path(ground), headers={"authorization": f"Bearer {token}"})
    if len(answer.json().get("items", ())) != SPEAKERS:
        raise WrongAnswer(answer.text)


async def _write(partner: httpx2.AsyncClient, ground: Ground, token: str, email: str, key: str) -> None:
    headers = {"authorization": f"Bearer {token}", "idempotency-key": key, "content-type": "application/json"}
    answer = await partner.post(write_path(ground), content=_nomination(ground, email), headers=headers)
    if not answer.is_success:
        raise WrongAnswer(answer.text)


async def measure_list(run: Run) -> list[Row]:
    """Compare the authenticated list with its own statements by hand."""
    token = await token_of(run.platform.port, run.ground.reader)
    path = list_path(run.ground)
    found = await compare(
        Load(port=run.platform.port, requests=same(request(path, _JSON | {"authorization": f"Bearer {token}"}))),
        Load(port=run.ceiling, requests=same(request("/list", _JSON))),
        run.pace,
        connections=AT_A_TIME,
    )
    run.note("list", found)
    what = f"authenticated list of {SPEAKERS} nominations"
    of = "the same statements in raw asyncpg"
    return [
        share(what, found.ratio, _LEAST_READING, of, found.under),
        told("  … a second", found.ours, "answers/s", found.under),
    ]


async def measure_writing(run: Run) -> list[Row]:
    """Compare nominations by the API with their own statements by hand."""
    port, ground = run.platform.port, run.ground
    tokens = cycle([await token_of(port, federation.client) for federation in ground.federations])

    def nominate() -> bytes:
        headers = {"authorization": f"Bearer {next(tokens)}", "idempotency-key": str(uuid7())}
        return request(write_path(ground), headers, method="POST", body=_nomination(ground, _email()))

    found = await compare(
        Load(port=port, requests=nominate, status=201),
        Load(port=run.ceiling, requests=same(request("/write", _JSON, method="POST")), status=201),
        run.pace,
        connections=AT_A_TIME,
    )
    run.note("nomination", found)
    of = "the same statements in raw asyncpg"
    return [
        share("nomination by API", found.ratio, _LEAST_WRITING, of, found.under),
        told("  … a second", found.ours, "nominations/s", found.under),
        told("  … p99", 1000 * found.p99, "ms", found.under),
    ]


def list_path(ground: Ground) -> str:
    return f"/api/v1/{ground.slug}/calls/{ground.shown_call}/nominations?limit={SPEAKERS}"


def write_path(ground: Ground) -> str:
    return f"/api/v1/{ground.slug}/calls/{ground.open_call}/nominations"


async def token_of(port: int, client: NewClient) -> str:
    """Return an access token, as a partner's machine gets it."""
    body = b"grant_type=client_credentials"
    basic = base64.b64encode(f"{client.client_id}:{client.client_secret}".encode()).decode()
    headers = {
        "authorization": f"Basic {basic}",
        "content-type": "application/x-www-form-urlencoded",
    }
    answer = await ask(port, request("/oauth/token", headers, method="POST", body=body))
    return str(msgspec.json.decode(answer.body)["access_token"])


def _email() -> str:
    return f"{uuid7()}@bench.example"


def _nomination(ground: Ground, email: str) -> bytes:
    return msgspec.json.encode(
        {
            "panel_id": str(ground.open_panel),
            "seat_role": "speaker",
            "full_name": "Youssef Alaoui",
            "email": email,
            "title": {"fr": "Directeur de l'usine", "ar": "مدير المصنع"},
            "note": "A nomination of the size that federations send.",
        }
    )
