"""Versions over HTTP: strong ETags on reads, `If-Match` on changes (RFC 9110, 13; RFC 6585)."""

import hashlib
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response

from libs.errors import PreconditionRequired, Stale

T = TypeVar("T")


class VersionMissing(PreconditionRequired):
    detail = "This change must say which version it was made from."
    remedy = "Read the thing first and send its ETag as If-Match."


class IfMatch:
    """The version that a change was made from, as the request says."""

    def __init__(self, header: str | None) -> None:
        self._header = header

    def check(self, current: int) -> None:
        """Return if the change was made from version `current`; raise `VersionMissing` or `Stale`."""
        if self._header is None:
            raise VersionMissing
        # A proxy that compressed what was read has weakened its tag (RFC 9110, 8.8.1): the version is the same.
        tags = {tag.strip().removeprefix("W/").strip('"') for tag in self._header.split(",")}
        versions = {tag.partition("-")[0] for tag in tags}
        if not versions & {f"v{current}", "*"}:
            raise Stale(current=current)


def etag(body: object, version: int) -> str:
    """Return a strong validator: the version, and what the body shows besides (names of other things, the clock)."""
    return f'"v{version}-{hashlib.blake2b(msgspec.json.encode(body), digest_size=8).hexdigest()}"'


def versioned(request: Request[Any, Any, Any], body: T, version: int) -> Response[T | None]:
    """Answer a read with its ETag, or 304 when the caller has this version already."""
    tag = etag(body, version)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    seen = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if tag in seen:
        return Response(None, status_code=304, headers=headers)
    return Response(body, headers=headers)
