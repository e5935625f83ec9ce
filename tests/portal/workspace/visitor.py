"""Somebody who is signed in and looks at pages, as a browser without scripts would."""

import re
from html import unescape
from typing import Any

import httpx2
from msgspec import Struct

from services.portal.visits import FORM_FIELD

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value=(?:"([^"]*)"|\'([^\']*)\')>')
_SAME_ORIGIN = {"sec-fetch-site": "same-origin"}


class Page(Struct, frozen=True):
    """What came back: `path` is where it lies, after any redirection."""

    status: int
    path: str
    body: str

    @property
    def words(self) -> str:
        """The text of the page, without its markup, with single spaces."""
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", self.body.partition("<main")[2])).split())

    def hidden(self) -> dict[str, str]:
        """Return the fields that the page's forms send along unseen; of equal names the last."""
        return {name: unescape(double or single) for name, double, single in _HIDDEN.findall(self.body)}

    def field(self, name: str) -> str:
        """Return an input's tag by its name."""
        found = re.search(rf'<(?:input|select|textarea)[^>]* name="{re.escape(name)}"[^>]*>', self.body)
        assert found is not None, name
        return found[0]


class Visitor:
    """One browser; `root` is the address of the workspace."""

    def __init__(self, client: httpx2.AsyncClient, root: str) -> None:
        self.client = client
        self.root = root

    async def get(self, path: str) -> Page:
        return await self._page("GET", path)

    async def send(self, page: Page, path: str = "", **typed: Any) -> Page:
        """Send a form of `page` with what was typed; `path` is its action, else the page's own."""
        hidden = page.hidden()
        given = {FORM_FIELD: hidden[FORM_FIELD], "once": hidden.get("once", ""), **typed}
        return await self._page("POST", path or page.path, given)

    async def _page(self, method: str, path: str, fields: dict[str, Any] | None = None) -> Page:
        address = path if path.startswith(self.root) else f"{self.root}{path}"
        answer = await self.client.request(method, address, data=fields, headers=_SAME_ORIGIN, follow_redirects=True)
        return Page(answer.status_code, answer.url.path, answer.text)
