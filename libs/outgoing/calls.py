"""Calling an address that somebody outside chose: over TLS, to the address that was checked, bounded, no redirects."""

import asyncio
import socket
import ssl
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

import httpcore2
import httpx2
import msgspec
from msgspec import Struct
from typing_extensions import override

from libs.errors import Conflict, Unavailable
from libs.outgoing.addresses import AddressNotAllowed, Allowed

SECONDS = 5.0  # for all of a call: looking its name up, connecting, asking, reading
MOST_BYTES = 256_000
_KINDS = ("application/json", "application/jwk-set+json", "application/jwt")


class NotReached(Unavailable):
    detail = "{host} does not answer, or not within {seconds} seconds."
    remedy = "Try again in a while; if it stays so, ask who runs it."


class CertificateRefused(Conflict):
    detail = "{host} does not show a certificate that can be trusted."
    remedy = "Ask who runs it for one of a public authority, valid today and for this name."


class AnswerTooLarge(Conflict):
    detail = "{host} answers with more than can be read."
    remedy = "Ask who runs it: a few kilobytes are usual."


class AnswerUnreadable(Conflict):
    detail = "{host} answers with something that is not what was asked for."
    remedy = "Check the address; ask who runs it."


class AnswerRefused(Conflict):
    detail = "{host} refuses to answer (status {status})."
    remedy = "Check the address and what is registered there; ask who runs it."


class Answer(Struct, frozen=True):
    host: str
    status: int
    kind: str  # of its content: application/json
    body: bytes

    @property
    def json(self) -> Any:
        """Return what was answered; raise `AnswerUnreadable` for what is no JSON object, or nested without end."""
        try:
            told = msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise AnswerUnreadable(host=self.host) from None
        if not isinstance(told, dict):
            raise AnswerUnreadable(host=self.host)
        return told


class Outgoing:
    """Calls with the networks that the operator allows; one of it in a process."""

    def __init__(self, allowed: Allowed, *, seconds: float = SECONDS) -> None:
        self.allowed = allowed
        self._seconds = seconds
        self._transport: httpx2.AsyncHTTPTransport | None = None

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Return the answer; raise the reason for any that is not 200, or not JSON."""
        answer = await self.call("GET", url, headers or {})
        if answer.status != httpx2.codes.OK:
            raise AnswerRefused(host=answer.host, status=answer.status)
        return answer

    async def post_form(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        """Return the answer whatever its status is: an error of OAuth is JSON too."""
        told = {"content-type": "application/x-www-form-urlencoded", **headers}
        return await self.call("POST", url, told, urlencode(form).encode())

    async def call(self, method: str, url: str, headers: Mapping[str, str], content: bytes = b"") -> Answer:
        host = self.allowed.check(url).hostname or ""
        sent = {"accept": "application/json", "accept-encoding": "identity", "user-agent": "Moussem", **headers}
        request = httpx2.Request(method, url, headers=sent, content=content or None)
        try:
            async with asyncio.timeout(self._seconds):
                return await self._read(host, await self._open().handle_async_request(request))
        except (TimeoutError, httpx2.TransportError, OSError) as error:
            if _is_about_certificates(error):
                raise CertificateRefused(host=host) from error
            raise NotReached(host=host, seconds=int(self._seconds)) from error

    async def close(self) -> None:
        if self._transport is not None:
            await self._transport.aclose()

    async def _read(self, host: str, response: httpx2.Response) -> Answer:
        """Read the body as it comes, up to the most that is read; what is packed could be without end."""
        try:
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind not in _KINDS or response.headers.get("content-encoding", "identity") != "identity":
                if response.status_code != httpx2.codes.OK:
                    raise AnswerRefused(host=host, status=response.status_code)
                raise AnswerUnreadable(host=host)
            body = b""
            async for piece in response.aiter_raw():
                body += piece
                if len(body) > MOST_BYTES:
                    raise AnswerTooLarge(host=host)
            return Answer(host, response.status_code, kind, body)
        finally:
            await response.aclose()

    def _open(self) -> httpx2.AsyncHTTPTransport:
        """Return the transport, opened on first use in the loop that uses it."""
        if self._transport is None:
            self._transport = httpx2.AsyncHTTPTransport(trust_env=False)
            self._transport._pool._network_backend = _Checked(self.allowed)  # noqa: SLF001 (httpx2 takes no other)
        return self._transport


class _Checked(httpcore2.AsyncNetworkBackend):
    """Connects to the very address that was looked at: a name that changes in between leads nowhere else."""

    def __init__(self, allowed: Allowed) -> None:
        self._allowed = allowed
        self._plain = httpcore2.AnyIOBackend()

    @override
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        addresses = await self._look_up(host, port)
        if not all(self._allowed.admits(each) for each in addresses):
            raise AddressNotAllowed(address=host)
        return await self._plain.connect_tcp(addresses[0], port, timeout, local_address, socket_options)

    @override
    async def sleep(self, seconds: float) -> None:
        await self._plain.sleep(seconds)

    @staticmethod
    async def _look_up(host: str, port: int) -> list[str]:
        """Return a name's addresses, IPv4 first: not every machine has a way to the others."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        ordered = sorted(found, key=lambda each: each[0] != socket.AF_INET)
        return [str(address[0]) for *_, address in ordered]


def _is_about_certificates(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
