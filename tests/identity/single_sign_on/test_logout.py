"""P16: a provider signs out whom it means, at once and everywhere, and nobody else."""

import time
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from services.identity.sign_ins.models import SignIn
from tests.identity.single_sign_on.conftest import Federation
from tests.identity.single_sign_on.provider import HostileProvider, a_provider, new_key


async def leave(federation: Federation, provider_id: str, token: str) -> httpx2.Response:
    return await federation.http.post(f"/back-channel/{provider_id}/logout", data={"logout_token": token})


async def signed_in(federation: Federation, provider: HostileProvider, provider_id: str, **claims: Any) -> str:
    answer = await federation.sign_in(provider, provider_id, **claims)
    provider.claims = {}
    assert answer.status_code == 201, answer.text
    begun: str = answer.json()["sign_in"]["id"]
    return begun


async def running(federation: Federation) -> set[str]:
    async with federation.journee.work() as session:
        return {str(each) for each in await session.scalars(select(SignIn.id).where(SignIn.ended_at.is_(None)))}


async def test_a_session_ends_that_one_and_a_person_all_of_theirs_by_this_provider(
    federation: Federation, provider: HostileProvider
) -> None:
    async with a_provider() as other:
        provider_id = await federation.switched_on(provider)
        other_id = await federation.switched_on(other)
        one = await signed_in(federation, provider, provider_id, sid="one")
        two = await signed_in(federation, provider, provider_id, sid="two")
        elsewhere = await signed_in(federation, other, other_id, sid="one")
        answer = await leave(federation, provider_id, provider.logout_token(sid="one", sub=...))
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        assert await running(federation) == {two, elsewhere}
        assert [each["id"] for each in await federation.journee.told("identity.sign-in-ended")] == [one]
        assert (await leave(federation, provider_id, provider.logout_token())).status_code == 200
        assert await running(federation) == {elsewhere}, "an equal subject of another provider is another person"
        ended = await federation.journee.journal("sign_in.end")
        assert [(str(entry.subject), entry.details) for entry in ended] == [
            (one, {"by": "provider"}),
            (two, {"by": "provider"}),
        ]


async def test_what_is_no_logout_token_signs_nobody_out(federation: Federation, provider: HostileProvider) -> None:
    provider_id = await federation.switched_on(provider)
    begun = await signed_in(federation, provider, provider_id, sid="one")
    event = "http://schemas.openid.net/event/backchannel-logout"
    wrong = [
        provider.logout_token(aud="another-client"),
        provider.logout_token(iss="https://evil.example"),
        provider.logout_token(nonce="n"),
        provider.logout_token(events=...),
        provider.logout_token(events={event: "yes"}),
        provider.logout_token(events={"http://schemas.openid.net/event/other": {}}),
        provider.logout_token(jti=...),
        provider.logout_token(sub=..., sid=...),
        provider.logout_token(sub=""),
        provider.logout_token(exp=time.time() - 900),
        provider.logout_token(iat=time.time() - 3600),
        provider.id_token(),
        provider.id_token(new_key("one"), {"typ": "logout+jwt"}),
        provider.tokens["id_token"],
        "no.token.at-all",
    ]
    for token in wrong:
        answer = await leave(federation, provider_id, token)
        assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})
    assert await running(federation) == {begun}
    assert len(await federation.refused_for()) == len(wrong)
    assert (await leave(federation, "0190a0a0-0000-7000-8000-000000000000", wrong[0])).status_code == 400


async def test_a_logout_token_is_heeded_once(federation: Federation, provider: HostileProvider) -> None:
    provider_id = await federation.switched_on(provider)
    token = provider.logout_token()
    assert (await leave(federation, provider_id, token)).status_code == 200
    begun = await signed_in(federation, provider, provider_id)
    assert (await leave(federation, provider_id, token)).status_code == 400
    assert await running(federation) == {begun}


@pytest.mark.parametrize("sent", [{}, {"logout_token": ""}, {"logout_token": "x" * 30_000}])
async def test_what_has_another_form_is_refused(
    federation: Federation, provider: HostileProvider, sent: dict[str, str]
) -> None:
    provider_id = await federation.switched_on(provider)
    assert (await federation.http.post(f"/back-channel/{provider_id}/logout", data=sent)).status_code == 400
