"""What a token that was given opens, and that it opens nothing once it was revoked."""

from typing import Any

import httpx2
import pytest

from libs.web.tokens import TokenVerifier
from tests.identity.applications import Application, make
from tests.identity.test_clients import signed_in


async def test_an_id_token_opens_nothing(application: Application) -> None:
    tokens = await application.tokens()
    for token in (tokens["id_token"], tokens["refresh_token"]):
        bearer = {"authorization": f"Bearer {token}"}
        assert (await application.http.get(application.journee.api, headers=bearer)).status_code == 401
        assert (await application.http.get("/oauth/userinfo", headers=bearer)).status_code == 401


async def test_a_person_is_told_of_as_far_as_the_scopes_go(application: Application) -> None:
    async def told(scope: str) -> httpx2.Response:
        token = (await application.tokens(scope=scope))["access_token"]
        return await application.http.get("/oauth/userinfo", headers={"authorization": f"Bearer {token}"})

    everything = (await told("openid profile email")).json()
    assert everything.keys() == {"sub", "name", "locale", "tenant", "role", "organisation_id", "email"}
    assert (await told("openid")).json().keys() == {"sub"}
    refused = await told("editions:read")
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/openid-missing")
    assert 'scope="openid"' in refused.headers["www-authenticate"]
    assert (await application.http.get("/oauth/userinfo")).status_code == 401


async def test_a_revoked_token_is_refused_and_its_family_ends_with_the_refresh_token(application: Application) -> None:
    tokens = await application.tokens()
    assert (await application.post("/oauth/revoke", token=tokens["access_token"])).status_code == 200
    assert not await application.is_active(tokens["access_token"])
    assert await application.is_active(tokens["refresh_token"])
    renewed = (await application.refresh(tokens["refresh_token"])).json()
    hinted = await application.post("/oauth/revoke", token=renewed["refresh_token"], token_type_hint="access_token")  # noqa: S106
    assert (hinted.status_code, hinted.headers["cache-control"]) == (200, "no-store")
    for token in (renewed["access_token"], renewed["refresh_token"]):
        assert not await application.is_active(token)


async def test_services_refuse_what_was_revoked_as_soon_as_they_have_asked(application: Application) -> None:
    async def keys() -> dict[str, Any]:
        return (await application.http.get("/oauth/jwks")).json()  # type: ignore[no-any-return]

    async def names() -> list[str]:
        return (await application.http.get("/oauth/revoked")).json()["revoked"]  # type: ignore[no-any-return]

    def verifier() -> TokenVerifier:
        return TokenVerifier(application.journee.settings.issuer, keys, names)

    token = (await application.tokens())["access_token"]
    assert (await verifier().verify(token)).organisation_id == application.journee.federation
    await application.post("/oauth/revoke", token=token)
    with pytest.raises(Exception, match="revoked"):
        await verifier().verify(token)
    token = (await application.tokens())["access_token"]
    contact = await signed_in(application.http, application.journee, "technical_contact")
    ended = await contact.ask("DELETE", f"/clients/{application.client.client_id}", if_match='"v1"')
    assert ended.status_code == 204
    with pytest.raises(Exception, match="revoked"):
        await verifier().verify(token)


async def test_of_a_token_of_another_client_nothing_is_said_and_nothing_done(application: Application) -> None:
    other = await make(application.journee, name="Other", scopes=["editions:read"])
    tokens = await application.tokens()
    for token in (tokens["access_token"], tokens["refresh_token"], "nonsense", "a.b.c"):
        told = await application.post("/oauth/introspect", of=other, token=token)
        assert told.json() == {"active": False}
        assert (await application.post("/oauth/revoke", of=other, token=token)).status_code == 200
    assert await application.is_active(tokens["access_token"])
    assert await application.is_active(tokens["refresh_token"])
    for path in ("/oauth/introspect", "/oauth/revoke"):
        assert (await application.http.post(path, data={"token": tokens["access_token"]})).status_code == 401
        assert (await application.post(path)).json()["error"] == "invalid_request"
