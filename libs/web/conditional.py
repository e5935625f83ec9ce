"""Versions over HTTP: strong ETags on reads, `If-Match` on changes (RFC 9110, 13; RFC 6585)."""

from typing import Any, TypeVar

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
        tags = {tag.strip() for tag in self._header.split(",")}
        if not tags & {etag(current), "*"}:
            raise Stale(current=current)


def etag(version: int) -> str:
    return f'"v{version}"'


def versioned(request: Request[Any, Any, Any], body: T, version: int) -> Response[T | None]:
    """Answer a read with its ETag, or 304 when the caller has this version already."""
    tag = etag(version)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    seen = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if tag in seen:
        return Response(None, status_code=304, headers=headers)
    return Response(body, headers=headers)
