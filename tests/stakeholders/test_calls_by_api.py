"""Calls over HTTP."""

from datetime import date, timedelta
from typing import Any

import httpx2
import pytest
from msgspec import structs
from uuid_utils.compat import uuid7

from libs.db.tenancy import unit_of_work
from services.stakeholders.known.subscribers import remember_edition
from tests.stakeholders.asking import ANY, Client, refused
from tests.stakeholders.conftest import NO_ENVELOPE, TODAY, OpenCall, edition


def wall(days: float) -> str:
    return (TODAY + timedelta(days=days)).replace(tzinfo=None).isoformat()


@pytest.mark.parametrize(
    ("change", "status", "pointer"),
    [
        ({"closes_at": wall(-1)}, 400, "/closes_at"),
        ({"closes_at": wall(-9)}, 400, "/closes_at"),
        ({"closes_at": wall(62)}, 400, "/closes_at"),
        ({"opens_at": wall(31)}, 400, "/closes_at"),
        ({"opens_at": "2026-02-30T09:00:00"}, 400, "/opens_at"),
        ({"state": "draft"}, 409, "/state"),
        ({"state": "ajar"}, 400, "/state"),
    ],
)
async def test_a_call_that_makes_no_sense_is_refused(  # noqa: PLR0913, PLR0917 (fixtures and the case)
    ministry: httpx2.AsyncClient, calls: str, call: OpenCall, change: dict[str, Any], status: int, pointer: str
) -> None:
    assert refused(await ministry.patch(f"{calls}/{call.call_id}", json=change, headers=ANY), status, pointer)


async def test_a_call_is_read_with_its_zone_and_sent_back_as_it_was_read(
    ministry: httpx2.AsyncClient, calls: str, call: OpenCall
) -> None:
    """E8."""
    own = f"{calls}/{call.call_id}"
    read = await ministry.get(own)
    times = {name: read.json()[name] for name in ("opens_at", "closes_at")}
    again = await ministry.patch(own, json=times, headers={"if-match": read.headers["etag"]})
    assert again.json() == read.json()


async def test_a_closed_call_takes_nothing_until_it_is_opened_again(
    client_of: Client, ministry: httpx2.AsyncClient, calls: str, call: OpenCall
) -> None:
    own = f"{calls}/{call.call_id}"
    federation = client_of("stakeholders", call.day.of_federation)
    assert (await ministry.patch(own, json={"state": "closed"}, headers=ANY)).json()["takes_nominations"] is False
    closed = await federation.post(f"{own}/nominations", json=call.sample())
    assert (closed.status_code, closed.json()["type"]) == (409, "/problems/closed")
    assert (await ministry.patch(own, json={"state": "open"}, headers=ANY)).json()["takes_nominations"] is True
    assert (await federation.post(f"{own}/nominations", json=call.sample())).status_code == 201


async def test_a_call_is_drafted_by_its_editions_wall_time(
    ministry: httpx2.AsyncClient, calls: str, call: OpenCall
) -> None:
    """E8."""
    told = edition(call.day, "2027", starts_on=date(TODAY.year + 2, 6, 15))
    async with unit_of_work(call.sessions, call.day.id) as session:
        await remember_edition(session, structs.replace(told, timezone="Europe/Paris"), NO_ENVELOPE)
    opens_at, closes_at = f"{TODAY.year + 2}-01-10T09:00:00", f"{TODAY.year + 2}-06-01T18:00:00"
    drafted = {"edition_id": str(told.id), "opens_at": opens_at, "closes_at": closes_at}
    made = await ministry.post(calls, json=drafted)
    assert (made.status_code, made.json()["state"], made.json()["takes_nominations"]) == (201, "draft", False)
    assert (made.json()["opens_at"], made.json()["closes_at"]) == (f"{opens_at}+01:00", f"{closes_at}+02:00")


async def test_an_edition_has_one_call(ministry: httpx2.AsyncClient, calls: str, call: OpenCall) -> None:
    another = {"edition_id": str(call.edition_id), "opens_at": wall(0), "closes_at": wall(9)}
    assert refused(await ministry.post(calls, json=another), 409, "/edition_id")
    assert refused(await ministry.post(calls, json=another | {"edition_id": str(uuid7())}), 404, "/edition_id")
