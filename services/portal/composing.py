"""Asking the services for what a page shows, with the user's own token: each service enforces its own permissions."""

from string import punctuation
from typing import Any
from urllib.parse import quote

import httpx2
import msgspec
from msgspec import Struct, to_builtins

from libs.i18n.catalogues import translator_for
from libs.observability.correlation import correlation_id
from libs.web.paths import API
from libs.web.peers import PeerAway, Peers
from libs.web.problems import problem_of

_FROM_THE_PROXY = (502, 503, 504)  # it has no service to give the request to, and says so in words of its own


class Refused(Exception):
    """A service refused; `problem` is its RFC 9457 document, in the reader's language."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('detail', '')}")
        self.status = status
        self.problem = problem

    @property
    def kind(self) -> str:
        """Return the problem's name: `quota-exhausted`."""
        return str(self.problem.get("type", "")).rpartition("/")[2]

    @property
    def detail(self) -> str:
        return str(self.problem.get("detail", ""))

    @property
    def remedy(self) -> str:
        return next((error["remedy"] for error in self.problem.get("errors", []) if error.get("remedy")), "")

    def by_field(self) -> dict[str, str]:
        """Return what is wrong with each field of a form, by the name that its pointer ends in."""
        return {
            _field(error["pointer"]): f"{error['detail']} {error.get('remedy', '')}".strip()
            for error in self.problem.get("errors", [])
            if error.get("pointer")
        }


class Read(Struct, frozen=True):
    """One thing as it was read, and the version to change it from."""

    body: Any
    etag: str


class Services:
    """The services of one day, asked in one language on behalf of one caller."""

    def __init__(self, peers: Peers, tenant: str, language: str, token: str | None = None) -> None:
        self._peers = peers
        self._root = f"{API}/{tenant}"
        self._language = language
        self._headers = {"accept-language": language}
        if token is not None:
            self._headers["authorization"] = f"Bearer {token}"

    async def get(self, path: str, **query: str) -> Any:
        return (await self._ask("GET", path, params=query)).body

    async def items(self, path: str, **query: str) -> list[Any]:
        """Return a whole list, page after page."""
        found: list[Any] = []
        asked = dict(query)
        while True:
            page = await self.get(path, **asked)
            found += page["items"]
            if not page.get("next"):
                return found
            asked["cursor"] = page["next"]

    async def read(self, path: str) -> Read:
        """Return a thing with its ETag, for a change."""
        return await self._ask("GET", path)

    async def post(self, path: str, body: Any = None, *, key: str = "") -> Any:
        """Post; with an idempotency key, a form that was sent twice takes effect once."""
        return (await self._ask("POST", path, body, headers={"idempotency-key": _as_header(key)} if key else {})).body

    async def change(self, method: str, path: str, body: Any = None, *, etag: str) -> Any:
        """PATCH, PUT or DELETE from a version."""
        return (await self._ask(method, path, body, headers={"if-match": _as_header(etag)})).body

    async def end_sign_in(self, sign_in_id: str, secret: str) -> None:
        await self._ask("DELETE", f"/sign-ins/{sign_in_id}", headers={"x-sign-in-secret": secret})

    async def _ask(
        self, method: str, path: str, body: Any = None, *, params: Any = None, headers: dict[str, str] | None = None
    ) -> Read:
        sent = {**self._headers, **(headers or {}), "x-correlation-id": correlation_id()}
        if body is not None:
            sent["content-type"] = "application/json"
        content = None if body is None else msgspec.json.encode(body)
        try:
            answer = await self._peers.client.request(
                method, f"{self._root}{path}", params=params or None, headers=sent, content=content
            )
        except httpx2.TransportError as error:
            raise self._away() from error
        if answer.status_code in _FROM_THE_PROXY and "json" not in answer.headers.get("content-type", ""):
            raise self._away()
        told = msgspec.json.decode(answer.content) if answer.content else None
        if answer.status_code >= 400:  # noqa: PLR2004
            raise Refused(answer.status_code, told or {})
        return Read(told, answer.headers.get("etag", ""))

    def _away(self) -> Refused:
        problem = problem_of(PeerAway(), translator_for(self._language))
        return Refused(problem.status, to_builtins(problem))


def _as_header(typed: str) -> str:
    """Return what a form sent along as a header can hold it: it is ours, or somebody has altered it."""
    return quote(typed, safe=punctuation)


def _field(pointer: str) -> str:
    steps = [step for step in pointer.split("/") if step and not step.isdigit()]
    return steps[-1] if steps else ""
