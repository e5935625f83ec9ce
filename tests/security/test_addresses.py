"""Addresses with what PostgreSQL's texts cannot hold: refused, never broken."""

import re
from collections.abc import Callable

import httpx2
import pytest
from litestar import Litestar

from libs.config import SERVICES
from libs.db.tenancy import Sessions
from libs.published.serving import Published
from libs.resources import Application
from tests.days import Day

FILTERS = ("?edition", "?kind", "?next", "?state", "?organisation")


@pytest.mark.parametrize("service", SERVICES)
async def test_no_control_character_in_an_address_reaches_the_database(
    app_of: Callable[[str], Application],
    client_of: Callable[..., httpx2.AsyncClient],
    sessions_of: Callable[[str], Sessions],
    service: str,
) -> None:
    """In each part of each address, and in its query; published documents are looked for before any handler is."""
    there = Day()
    if service != "identity":
        await there.make_known(sessions_of(service))
    app = app_of(service)
    litestar = app.app if isinstance(app, Published) else app
    assert isinstance(litestar, Litestar)
    client = client_of(service, there.who("administrator"))
    known = {"language": "fr", "tenant": there.slug}
    for route in litestar.routes:
        names = re.findall(r"\{(\w+)(?::\w+)?\}", route.path_format)
        for broken in [*names, *FILTERS]:
            parts = {name: "a%00b" if name == broken else known.get(name, "2026") for name in names}
            path = re.sub(r"\{(\w+)(?::\w+)?\}", r"{\1}", route.path_format).format(**parts)
            query = f"{broken}=%00" if broken in FILTERS else ""
            answer = await client.get(path + query)
            assert answer.status_code != 500, path + query
