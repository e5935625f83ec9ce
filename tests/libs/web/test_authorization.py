"""Who may: the token, the tenant in the path, the matrix."""

import pytest

from libs.identity import Principal
from services.editions.editions.models import Edition
from tests.days import Day
from tests.issuing import Issuer
from tests.libs.web.conftest import Client


async def test_nobody_signed_in_reads_what_is_announced_and_no_more(
    client_of: Client, day: Day, address: str, held: Edition
) -> None:
    public = client_of("editions")
    assert [each["slug"] for each in (await public.get(address)).json()["items"]] == [held.slug]
    answer = await public.get(f"{address}/2025/commitments")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="moussem"')
    assert day.slug in address


async def test_another_tenants_day_is_not_there(client_of: Client, address: str, held: Edition) -> None:
    stranger = Day()
    for path in (address, f"{address}/{held.id}", f"{address}/2025/panels"):
        answer = await client_of("editions", stranger.of_ministry).get(path)
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-such-tenant")


async def test_a_day_that_nobody_knows_is_a_404_for_the_public(client_of: Client) -> None:
    answer = await client_of("editions").get("/api/v1/nowhere/editions")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-such-tenant")


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"exp": 1}, "expired"),
        ({"iss": "https://elsewhere.example"}, "issuer"),
        ({"aud": "elsewhere"}, "read"),
        ({"role": 7}, "read"),
        ({"tenant_id": "x"}, "read"),
    ],
)
async def test_a_token_that_is_not_good_is_refused(
    client_of: Client, day: Day, address: str, claims: dict[str, object], reason: str
) -> None:
    answer = await client_of("editions", day.of_ministry, **claims).get(address)
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/token-not-good")
    assert reason in answer.json()["detail"]


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "Ω", "e30.e30.e30", "eyJhbGciOiJub25lIn0.e30."])
async def test_what_is_no_token_is_refused(client_of: Client, address: str, token: str) -> None:
    headers = {b"authorization": f"Bearer {token}".encode()}
    answer = await client_of("editions").get(address, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/token-not-good")


async def test_a_key_of_another_issuer_is_asked_for_once_a_minute(
    client_of: Client, day: Day, address: str, issuer: Issuer
) -> None:
    await client_of("editions", day.of_ministry).get(address)
    asked = issuer.asked
    stranger = {"authorization": f"Bearer {Issuer().token(day.of_ministry)}"}
    for _ in range(5):
        assert (await client_of("editions").get(address, headers=stranger)).status_code == 401
    assert issuer.asked <= asked + 1


async def test_a_client_may_do_what_its_scopes_open(client_of: Client, day: Day, address: str, held: Edition) -> None:
    def partner(*scopes: str) -> Principal:
        return Principal(
            tenant_id=day.id,
            tenant=day.slug,
            role="co_organiser",
            organisation_id=day.ministry,
            client_id=held.id,
            scopes=frozenset(scopes),
        )

    allowed = await client_of("editions", partner("editions:read")).get(f"{address}/2025/commitments")
    refused = await client_of("editions", partner("programme:read")).get(f"{address}/2025/commitments")
    assert (allowed.status_code, refused.status_code) == (200, 403)
    assert 'scope="editions:read"' in refused.headers["www-authenticate"]


async def test_a_role_that_may_not_is_told_so(client_of: Client, day: Day, address: str) -> None:
    answer = await client_of("editions", day.of_federation).post(address, json={})
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/not-your-role")
