"""Who is told that nobody answers just now, and tries again with the very same request."""

import time
from html import escape

import httpx2
from playwright.sync_api import APIResponse, BrowserContext, Error, Route
from typing_extensions import override

_AWAY = {502, 503, 504}
_WITHIN = 60.0  # seconds
_AGAIN_AFTER = 0.2


class Patient(httpx2.BaseTransport):
    """A machine: what it repeats either changes nothing or carries an idempotency key."""

    def __init__(self) -> None:
        self._sending = httpx2.HTTPTransport()

    @override
    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        until = time.monotonic() + _WITHIN
        while True:
            try:
                answer = self._sending.handle_request(request)
            except httpx2.TransportError:
                if time.monotonic() > until:
                    raise
            else:
                if answer.status_code not in _AWAY or time.monotonic() > until:
                    return answer
                answer.close()
            time.sleep(_AGAIN_AFTER)

    @override
    def close(self) -> None:
        self._sending.close()


def have_patience(context: BrowserContext) -> list[str]:
    """Have somebody at a browser try again, as the page asks; return what was unanswered, as it comes to be."""
    unanswered: list[str] = []

    def answer(route: Route) -> None:
        until = time.monotonic() + _WITHIN
        while True:
            try:
                response = route.fetch(max_redirects=0)
            except Error:
                if time.monotonic() > until:
                    raise
            else:
                if response.status not in _AWAY or time.monotonic() > until:
                    _hand_over(route, response)
                    return
            unanswered.append(f"{route.request.method} {route.request.url}")
            time.sleep(_AGAIN_AFTER)

    context.route("**/*", answer)
    return unanswered


def _hand_over(route: Route, response: APIResponse) -> None:
    """Give the browser its answer; lead it on by a page, since what follows a redirect would not be seen here."""
    location = response.headers.get("location", "")
    if not (location and route.request.is_navigation_request()):
        route.fulfill(response=response)
        return
    kept = {name: value for name, value in response.headers.items() if name not in {"location", "content-length"}}
    onwards = f'<meta http-equiv="refresh" content="0;url={escape(location)}">'
    route.fulfill(status=200, headers={**kept, "content-type": "text/html"}, body=onwards)
