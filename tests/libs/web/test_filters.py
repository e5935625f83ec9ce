"""What a list may be asked for (E24)."""

from typing import Annotated, Any

import pytest
from litestar import Litestar, Request, Response, get
from litestar.params import QueryParameter
from litestar.testing import TestClient
from uuid_utils.compat import uuid7

from libs.errors import Stale
from libs.web.conditional import IfMatch, etag
from libs.web.cursors import Cursor, Page, page
from libs.web.filters import refuse_unknown_filters
from libs.web.problems import EXCEPTION_HANDLERS

pytestmark = pytest.mark.unit


@get("/api/v1/things", opt={"action": "things.read"})
async def things(
    request: Request[Any, Any, Any],
    states: Annotated[list[str] | None, QueryParameter(name="state")] = None,
    cursor: Cursor = None,
) -> Response[Page[str]]:
    assert cursor is None
    return page(request, states or [], 1, lambda _: uuid7())


@pytest.fixture(scope="module")
def client() -> TestClient[Litestar]:
    return TestClient(Litestar([things], guards=[refuse_unknown_filters], exception_handlers=EXCEPTION_HANDLERS))


def test_a_filter_that_is_not_there_is_refused_by_its_name(client: TestClient[Litestar]) -> None:
    answer = client.get("/api/v1/things?state=a&colour=red")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    [error] = answer.json()["errors"]
    assert (error["pointer"], error["remedy"]) == ("/colour", "This address knows: cursor, state.")


def test_repeated_values_of_a_filter_stay_in_the_address_of_the_next_page(client: TestClient[Litestar]) -> None:
    answer = client.get("/api/v1/things?state=a&state=b")
    assert answer.json()["items"] == ["a"]
    assert f"?state=a&state=b&cursor={answer.json()['next']}>" in answer.headers["link"]


def test_an_etag_changes_with_whatever_a_read_shows_and_a_change_is_bound_to_the_version_alone() -> None:
    before, after = etag({"panel": "Énergie"}, 3), etag({"panel": "L'énergie"}, 3)
    assert before != after
    IfMatch(before).check(3)
    IfMatch(after).check(3)
    with pytest.raises(Stale):
        IfMatch(before).check(4)
