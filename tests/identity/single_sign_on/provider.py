"""An OpenID provider that does whatever a test wants, mostly wrong. Those that behave well are real ones."""

import asyncio
import json
import time
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey
from uuid_utils.compat import uuid7

from tests.libs.outgoing.servers import saying

CLIENT = "moussem-jni"
SECRET = "s3cret of the client"  # noqa: S105 (a test's)
Key = RSAKey | ECKey | OKPKey
_ALGORITHMS = {"RSA": "RS256", "EC": "ES256", "OKP": "EdDSA"}


def new_key(kid: str = "one", kind: str = "RSA") -> Key:
    if kind == "EC":
        return ECKey.generate_key("P-256", {"kid": kid})
    if kind == "OKP":
        return OKPKey.generate_key("Ed25519", {"kid": kid})
    return RSAKey.generate_key(2048, {"kid": kid})


@cache
def _first_key() -> Key:
    """Return the key that providers begin with: making one takes long."""
    return new_key()


class HostileProvider:
    """`asked` are the paths that were called; `answers` replaces what a path answers, byte by byte."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.email = f"y.{uuid7().hex}@amith.example"  # an account is the same in every day: of this test alone
        self.key: Key = _first_key()
        self.published: list[dict[str, Any]] = [self.key.as_dict(private=False)]
        self.metadata: dict[str, Any] = {
            "issuer": url,
            "authorization_endpoint": f"{url}/authorize",
            "token_endpoint": f"{url}/token",
            "jwks_uri": f"{url}/jwks",
            "userinfo_endpoint": f"{url}/userinfo",
            "end_session_endpoint": f"{url}/leave",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["none", "HS256", "RS256"],
        }
        self.claims: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.tokens: dict[str, Any] = {}
        self.answers: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.redeemed: list[dict[str, str]] = []
        self.authorizations: list[str] = []

    def id_token(self, key: Key | None = None, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """Return a token like a good one, but for what is given."""
        now = int(time.time())
        said = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "u-20418",
            "iat": now,
            "exp": now + 300,
            "name": "Youssef Tahiri",
            "email": self.email,
            "email_verified": True,
            "groups": ["jni-nominations", "staff"],
            **self.claims,
            **claims,
        }
        signer = key or self.key
        named = {"alg": _ALGORITHMS[signer.key_type], "kid": signer.kid, **(header or {})}
        said = {name: value for name, value in said.items() if value is not ...}
        shown = {name: value for name, value in named.items() if value is not None}
        with warnings.catch_warnings():  # EdDSA has newer names (RFC 9864)
            warnings.simplefilter("ignore", SecurityWarning)
            return jwt.encode(shown, said, signer, algorithms=[named["alg"]])

    def logout_token(self, **claims: Any) -> str:
        event: dict[str, Any] = {"http://schemas.openid.net/event/backchannel-logout": {}}
        own: dict[str, Any] = {
            "jti": str(uuid7()),
            "events": event,
            "name": ...,
            "email": ...,
            "email_verified": ...,
            "groups": ...,
        }
        return self.id_token(header={"typ": "logout+jwt"}, **own | claims)

    def say(self, authorization_url: str, **tokens: Any) -> dict[str, str]:
        """Answer the sign-in that an address asks for; return what the browser brings back, but for its secret."""
        asked = dict(parse_qsl(urlsplit(authorization_url).query))
        self.tokens = {
            "id_token": self.id_token(nonce=asked["nonce"]),
            "access_token": "opaque",
            "token_type": "Bearer",
            **tokens,
        }
        return {"state": asked["state"], "code": "the-code"}

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            method, target, _ = head.split("\r\n")[0].split(" ")
            path = urlsplit(target).path
            length = next(
                (line.split(":")[1] for line in head.lower().split("\r\n") if line.startswith("content-length")), 0
            )
            body = (await reader.readexactly(int(length))).decode()
            self.asked.append(f"{method} {path}")
            writer.write(self.answers.get(path) or self._say(path, head, body))
            await writer.drain()
        finally:
            writer.close()

    def _say(self, path: str, head: str, body: str) -> bytes:
        if path == "/token":
            self.redeemed.append({name: values[0] for name, values in parse_qs(body).items()})
            self.authorizations.append(
                next((line for line in head.split("\r\n") if line.lower().startswith("authorization")), "")
            )
        told: dict[str, Any] = {
            "/.well-known/openid-configuration": self.metadata,
            "/jwks": {"keys": self.published},
            "/token": self.tokens,
            "/userinfo": self.userinfo,
        }
        return saying(json.dumps(told[path]).encode())

    @property
    def keys(self) -> KeySet:
        return KeySet([self.key])


@asynccontextmanager
async def a_provider() -> AsyncIterator[HostileProvider]:
    provider: HostileProvider

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await provider.answer(reader, writer)

    listening = await asyncio.start_server(meet, "127.0.0.1", 0)
    provider = HostileProvider(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}")
    try:
        yield provider
    finally:
        listening.close()
