"""What a request costs the database: lists at most three statements, writes at most nine."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from tests.stakeholders.conftest import OpenCall
from tests.statements import MOST_FOR_A_LIST, MOST_FOR_A_WRITE, counted_statements

Client = Callable[..., httpx2.AsyncClient]


@pytest.mark.parametrize("noun", ["organisations", "calls?edition=2026", "nominations?state=submitted", "quotas"])
async def test_a_list_costs_three_at_most(client_of: Client, call: OpenCall, noun: str) -> None:
    await call.give_quota(call.day.federation, 9, first=5)
    for n in range(5):
        await call.submit(call.day.of_federation, f"Person {n}")
    of_call = f"calls/{call.call_id}/" if noun.startswith(("nominations", "quotas")) else ""
    client = client_of("stakeholders", call.day.of_ministry)
    with counted_statements() as statements:
        answer = await client.get(f"/api/v1/{call.day.slug}/{of_call}{noun}")
    assert answer.status_code == 200
    assert answer.json()["items"]
    assert len(statements) <= MOST_FOR_A_LIST, statements


async def test_a_write_costs_nine_at_most(client_of: Client, call: OpenCall) -> None:
    """Each with an idempotency key, each the longest way through its command."""
    day = call.day
    await call.give_quota(day.federation, 9, first=5)
    federation, ministry = (client_of("stakeholders", who) for who in (day.of_federation, day.of_ministry))
    root = f"/api/v1/{day.slug}"
    costs: dict[str, int] = {}

    async def write(client: httpx2.AsyncClient, method: str, path: str, **body: Any) -> Any:
        headers = {"idempotency-key": path, "if-match": "*"}
        with counted_statements() as statements:
            answer = await client.request(method, root + path, json=body, headers=headers)
        assert answer.is_success, answer.text
        costs[f"{method} {path}"] = len(statements)
        return answer.json()

    made = await write(federation, "POST", f"/calls/{call.call_id}/nominations", **call.sample())
    own = f"/nominations/{made['id']}"
    await write(ministry, "POST", f"{own}/shortlisting")
    await write(ministry, "POST", f"{own}/selection", seat_id=str(call.panels[0].seats[1].id))
    await write(ministry, "POST", f"{own}/invitation")
    await write(federation, "POST", f"{own}/withdrawal")
    panels = [{"panel_id": str(panel.id), "limit": 3} for panel in call.panels]
    await write(ministry, "PUT", f"/calls/{call.call_id}/quotas/{day.federation}", limit=7, panels=panels)
    await write(ministry, "PATCH", f"/calls/{call.call_id}", state="closed")
    parent = {"parent_id": str(day.confederation), "region": "fes-meknes"}
    await write(ministry, "PATCH", f"/organisations/{day.federation}", **parent)
    await write(ministry, "POST", "/organisations", slug="x", kind="company", name={"fr": "X"}, **parent)
    assert {path: cost for path, cost in costs.items() if cost > MOST_FOR_A_WRITE} == {}
