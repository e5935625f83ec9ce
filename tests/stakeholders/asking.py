"""Asking over HTTP, and what a refusal must say."""

from collections.abc import Callable

import httpx2

Client = Callable[..., httpx2.AsyncClient]


PROBLEM = "application/problem+json"


ANY = {"if-match": "*"}


AMITH = {"slug": "amith", "kind": "federation", "acronym": "AMITH", "name": {"fr": "Textile", "ar": "النسيج"}}


def refused(answer: httpx2.Response, status: int, pointer: str) -> bool:
    [error] = answer.json()["errors"]
    shown = (answer.status_code, answer.headers["content-type"], error["pointer"], bool(error["remedy"]))
    assert shown == (status, PROBLEM, pointer, True)
    return True
