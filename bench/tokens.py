"""What tokens cost: getting one, and checking one that was not seen before."""

import base64
import time
from itertools import cycle
from statistics import median
from typing import Any

import msgspec
from joserfc.util import urlsafe_b64decode

from bench.client import Load, request, same
from bench.ground import Ground
from bench.nominations import token_of
from bench.pairs import compare
from bench.public import AT_A_TIME
from bench.report import Row, at_most, share, told
from bench.run import Run
from libs.web.peers import Peers
from libs.web.tokens import TokenVerifier
from services.identity.clients.commands import NewClient

_LEAST = 0.5
_MOST = 0.3  # ms
_CHECKED = 200  # tokens


async def claims_of(ground: Ground, port: int) -> dict[str, Any]:
    """Return what an access token says."""
    token = await token_of(port, ground.reader)
    claims: dict[str, Any] = msgspec.json.decode(urlsafe_b64decode(token.split(".")[1].encode()))
    return claims


async def measure(run: Run) -> list[Row]:
    """Compare the token endpoint with bare Litestar that signs the same claims; check each of some new tokens once."""
    port = run.platform.port
    asked = cycle([_request(federation.client) for federation in run.ground.federations])
    found = await compare(
        Load(port=port, requests=lambda: next(asked)),
        Load(port=run.ceiling, requests=same(request("/token", {"content-length": "0"}, method="POST"))),
        run.pace,
        connections=AT_A_TIME,
    )
    run.note("token endpoint", found)
    settings = run.platform.settings
    peers = Peers(settings.base_url)
    verifier = TokenVerifier(settings.issuer, peers.keys)
    await verifier.verify(await token_of(port, run.ground.reader))  # the keys are known from now on
    tokens = [await token_of(port, run.ground.reader) for _ in range(10 if run.quick else _CHECKED)]
    times = []
    for token in tokens:
        begun = time.perf_counter()
        await verifier.verify(token)
        times.append(1000 * (time.perf_counter() - begun))
    await peers.close()
    return [
        share("token endpoint", found.ratio, _LEAST, "bare Litestar signing the same claims", found.under),
        told("  … a second", found.ours, "tokens/s", found.under),
        at_most("token check, of a token not seen before", median(times), _MOST, "ms"),
    ]


def _request(client: NewClient) -> bytes:
    basic = base64.b64encode(f"{client.client_id}:{client.client_secret}".encode()).decode()
    headers = {"authorization": f"Basic {basic}", "content-type": "application/x-www-form-urlencoded"}
    return request("/oauth/token", headers, method="POST", body=b"grant_type=client_credentials")
