"""Bad input gets an RFC 9457 problem that names the field and the remedy; nothing is written."""

from typing import Any

import pytest
from sqlalchemy import func, select

from libs.db.tenancy import Sessions, unit_of_work
from libs.errors import NoSuch
from libs.i18n.catalogues import translator
from libs.permissions import NotYourRole
from libs.web.problems import problem_of
from services.editions.editions.models import Edition
from tests.days import Day
from tests.libs.web.conftest import Client

NEXT: dict[str, Any] = {
    "clone_of": "2025",
    "slug": "2099",
    "starts_on": "2099-11-10",
    "ends_on": "2099-11-11",
    "city": {"fr": "Fès"},
    "region": "fes-meknes",
}

BAD = {
    "unknown field": (NEXT | {"colour": "green"}, "/colour"),
    "missing field": ({name: value for name, value in NEXT.items() if name != "slug"}, "/slug"),
    "wrong type": (NEXT | {"slug": 2099}, "/slug"),
    "no date": (NEXT | {"starts_on": "tomorrow"}, "/starts_on"),
    "end before start": (NEXT | {"ends_on": "2099-11-09"}, "/ends_on"),
    "past": (NEXT | {"starts_on": "2020-01-01", "ends_on": "2020-01-01"}, "/starts_on"),
    "NUL": (NEXT | {"city": {"fr": "F\x00s"}}, "/city"),
    "control character": (NEXT | {"city": {"fr": "F\x1bs"}}, "/city"),
    "unknown language": (NEXT | {"city": {"xx": "Fès"}}, "/city"),
    "long text": (NEXT | {"city": {"fr": "F" * 201}}, "/city"),
    "foreign region": (NEXT | {"region": "bavaria"}, "/region"),
    "reserved slug": (NEXT | {"slug": "programme"}, "/slug"),
    "unknown part": (NEXT | {"carry": ["people"]}, "/carry/0"),
}


@pytest.mark.usefixtures("held")
@pytest.mark.parametrize(("body", "pointer"), BAD.values(), ids=BAD.keys())
async def test_a_wrong_field_is_named_with_what_to_do(  # noqa: PLR0913, PLR0917 (fixtures and a case)
    client_of: Client, day: Day, address: str, sessions: Sessions, body: dict[str, Any], pointer: str
) -> None:
    answer = await client_of("editions", day.of_ministry).post(address, json=body)
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert problem["type"].startswith("/problems/")
    [error] = problem["errors"]
    assert error["pointer"] == pointer
    assert error["detail"]
    assert error["remedy"]
    async with unit_of_work(sessions, day.id) as session:
        assert await session.scalar(select(func.count()).select_from(Edition)) == 1


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"{", 400), (b"[]", 400), (b'"' + b"x" * 10_000_000 + b'"', 413), (b"\xff\xfe", 400), (b"", 400)],
    ids=["half a document", "a list", "ten megabytes", "no UTF-8", "nothing"],
)
async def test_what_is_no_request_is_a_problem_and_never_a_crash(
    client_of: Client, day: Day, address: str, content: bytes, status: int
) -> None:
    headers = {"content-type": "application/json"}
    answer = await client_of("editions", day.of_ministry).post(address, content=content, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


@pytest.mark.parametrize("path", ["%00", "x%00y", "%0d%0a", "no-such-edition", "01a2103e-549d-7380-9be1-f057642b678d"])
async def test_an_address_that_leads_nowhere_is_a_404(client_of: Client, day: Day, address: str, path: str) -> None:
    answer = await client_of("editions", day.of_ministry).get(f"{address}/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.usefixtures("held")
def test_a_code_among_the_facts_is_told_as_a_word_of_the_readers_language() -> None:
    """The facts themselves stay as programs read them."""
    problem = problem_of(NotYourRole(role="technical_contact", action="letters.read"), translator("fr"))
    assert "contact technique" in problem.detail
    assert "technical" not in problem.detail
    assert problem.facts["role"] == "technical_contact"
    assert "دورة" in problem_of(NoSuch(what="edition", id="2031"), translator("ar")).detail


async def test_a_refusal_speaks_the_readers_language(client_of: Client, day: Day, address: str) -> None:
    client = client_of("editions", day.of_ministry)
    answer = await client.get(f"{address}/1999", headers={"accept-language": "fr"})
    assert answer.json()["detail"] != "There is no edition 1999 here."
    assert (await client.get(f"{address}/1999")).json()["detail"] == "There is no edition 1999 here."
