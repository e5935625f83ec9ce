"""P9, and issue 13's bad input: slow, huge, wrong and private ones are refused, each with its reason."""

import asyncio
import socket
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from libs.errors import DomainError
from libs.outgoing.addresses import AddressNotAllowed, Allowed
from libs.outgoing.calls import (
    AnswerRefused,
    AnswerTooLarge,
    AnswerUnreadable,
    CertificateRefused,
    NotReached,
    Outgoing,
)
from tests.libs.outgoing.servers import ENDLESS, SILENT, saying, serving

LOOPBACK = Allowed(["127.0.0.0/8"])


async def test_an_answer_is_read() -> None:
    async with serving(saying(b'{"issuer": "x"}')) as server:
        outgoing = Outgoing(LOOPBACK)
        assert (await outgoing.get(f"{server.url}/a?b=c")).json == {"issuer": "x"}
        assert server.asked == ["GET /a?b=c HTTP/1.1"]
        await outgoing.close()


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (ENDLESS, AnswerTooLarge),
        (saying(b"[" * 200_000), AnswerUnreadable),
        (saying(b'{"a":' * 40_000), AnswerUnreadable),
        (saying(b"[]"), AnswerUnreadable),
        (saying(b'"\xff"'), AnswerUnreadable),
        (saying(b""), AnswerUnreadable),
        (saying(b"<html>", kind="text/html"), AnswerUnreadable),
        (saying(b"\x1f\x8b", more="content-encoding: gzip\r\n"), AnswerUnreadable),
        (saying(b"{}", status="500 No"), AnswerRefused),
        (saying(b"no", status="404 No", kind="text/plain"), AnswerRefused),
        (b"SSH-2.0-OpenSSH\r\n", NotReached),
    ],
)
async def test_what_cannot_be_used_is_refused_by_its_reason(said: bytes, reason: type[DomainError]) -> None:
    async with serving(said) as server:
        outgoing = Outgoing(LOOPBACK)
        with pytest.raises(reason):
            _ = (await outgoing.get(server.url)).json
        await outgoing.close()


async def test_who_says_nothing_is_waited_for_so_long_and_no_longer() -> None:
    async with serving(SILENT) as server:
        outgoing = Outgoing(LOOPBACK, seconds=0.2)
        began = time.monotonic()
        with pytest.raises(NotReached):
            await outgoing.get(server.url)
        assert time.monotonic() - began < 2
        await outgoing.close()


async def test_nobody_there_is_the_same_as_no_answer() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        outgoing = Outgoing(LOOPBACK)
        with pytest.raises(NotReached):
            await outgoing.get(f"http://127.0.0.1:{taken.getsockname()[1]}")
        await outgoing.close()


async def test_a_redirect_is_not_followed() -> None:
    async with serving(saying(b"{}")) as canary:
        moved = saying(b"{}", status="302 Found", more=f"location: {canary.url}/\r\n")
        async with serving(moved) as server:
            outgoing = Outgoing(LOOPBACK)
            with pytest.raises(AnswerRefused):
                await outgoing.get(server.url)
            assert canary.asked == []
            await outgoing.close()


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "localhost", "[::ffff:169.254.169.254]"]
)
async def test_this_machine_is_not_called_however_its_address_is_written(host: str) -> None:
    async with serving(saying(b"{}")) as canary:
        outgoing = Outgoing(Allowed())
        for scheme in ("http", "https"):
            with pytest.raises(AddressNotAllowed):
                await outgoing.get(f"{scheme}://{host}:{urlsplit(canary.url).port}/")
        assert canary.asked == []
        await outgoing.close()


async def test_the_connection_is_made_to_the_address_that_was_looked_at(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A name whose owner changes it between the look and the call (DNS rebinding)."""
    answers = ["127.0.0.2", "127.0.0.1", "127.0.0.1"]

    async def flipping(_: Any, host: str, port: int, **__: Any) -> list[Any]:
        address = answers.pop(0) if host == "flipping.test" else host
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", flipping)
    async with serving(saying(b"{}"), host="127.0.0.2", tls=tmp_path) as looked_at:
        port = urlsplit(looked_at.url).port or 0
        async with serving(saying(b"{}"), port=port) as canary:
            outgoing = Outgoing(Allowed(["127.0.0.2/32"]))
            with pytest.raises(CertificateRefused):
                await outgoing.get(f"https://flipping.test:{port}/")
            assert (looked_at.met, answers) == (1, ["127.0.0.1", "127.0.0.1"])
            with pytest.raises(AddressNotAllowed):
                await outgoing.get(f"https://flipping.test:{port}/")
            assert canary.asked == []
            await outgoing.close()
