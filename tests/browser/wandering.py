"""Going wherever the pages lead, as somebody who is signed in (or not), by their links alone."""

import re
from collections import Counter, deque
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx2
from msgspec import Struct
from typing_extensions import override

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
_EDITION = re.compile(r"(?<=/)\d{4}(-\d\d-\d\d)?(?=/|$)")


class Seen(Struct, frozen=True):
    """One page, how it answered, and which page led there."""

    path: str
    status: int
    led_from: str
    is_page: bool


class _Links(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a" and (address := dict(attrs).get("href")):
            self.found.append(address)


def wander(http: httpx2.Client, start: str, within: str, *, of_a_kind: int = 2) -> list[Seen]:
    """Return the pages that can be reached from `start` without leaving `within`.

    Of pages that differ only by what they show, `of_a_kind` are seen.
    """
    seen: list[Seen] = []
    known, kinds = {start}, Counter[str]()
    waiting = deque([(start, "")])
    while waiting:
        path, led_from = waiting.popleft()
        answer = http.get(path)
        is_page = "text/html" in answer.headers.get("content-type", "")
        seen.append(Seen(path, answer.status_code, led_from, is_page))
        if not is_page:
            continue
        for link in _Links(answer.text).found:
            target = urlsplit(urljoin(f"{http.base_url}{path}", link))
            onwards = target.path + (f"?{target.query}" if target.query else "")
            if target.netloc != urlsplit(str(http.base_url)).netloc or not onwards.startswith(within):
                continue
            kind = _EDITION.sub("{edition}", _ID.sub("{id}", onwards))
            if onwards not in known and kinds[kind] < of_a_kind:
                known.add(onwards)
                kinds[kind] += 1
                waiting.append((onwards, path))
    return seen
