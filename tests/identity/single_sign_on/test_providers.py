"""Who may set up which provider, what it must be, and that nobody is signed in by one that was not tried."""

import json
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from msgspec import structs
from sqlalchemy import select

from libs.config import Settings
from services.identity.providers.models import IdentityProvider
from tests.identity.journee import running
from tests.identity.single_sign_on.conftest import Federation
from tests.identity.single_sign_on.provider import CLIENT, SECRET, HostileProvider, a_provider
from tests.libs.outgoing.servers import saying


async def test_a_provider_is_registered_with_what_it_tells_of_itself_and_what_to_copy_there(
    federation: Federation, provider: HostileProvider
) -> None:
    registered = await federation.register(provider)
    assert registered.status_code == 201, registered.text
    shown = registered.json()
    base = federation.journee.settings.base_url
    assert (shown["state"], shown["trial"]) == ("draft", None)
    assert shown["redirect_uri"] == f"{base}/sso/{shown['id']}/callback"
    assert shown["logout_uri"] == f"{base}/back-channel/{shown['id']}/logout"
    assert shown["told"]["token_endpoint"] == f"{provider.url}/token"
    assert SECRET not in registered.text
    async with federation.journee.work() as session:
        assert SECRET not in (await session.scalars(select(IdentityProvider.sealed_secret))).one()
    [entry] = await federation.journee.journal("providers.register")
    assert str(entry.subject) == shown["id"]
    again = await federation.register(provider)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/provider-known")


async def test_nobody_is_sent_to_a_provider_that_was_not_tried_as_it_is(
    federation: Federation, provider: HostileProvider
) -> None:
    provider_id = (await federation.register(provider)).json()["id"]
    untried = await federation.change(provider_id, state="on")
    assert (untried.status_code, untried.json()["type"]) == (409, "/problems/not-tried")
    assert (await federation.begin(provider_id)).status_code == 409
    provider.claims = {"groups": ["staff"], "email": "y@elsewhere.example"}
    tried = await federation.try_out(provider, provider_id)
    assert tried.json()["tried"] == provider_id
    shown = (
        await federation.http.get(f"{federation.journee.api}/providers/{provider_id}", headers=federation.technical)
    ).json()
    assert shown["trial"]["claims"]["email"] == "y@elsewhere.example"
    assert (shown["trial"]["roles"], shown["trial"]["problems"]) == ([], ["address-not-proven", "no-role-given"])
    await federation.change(provider_id, otherwise="representative")
    assert (await federation.change(provider_id, state="on")).status_code == 409, "tried otherwise"
    await federation.try_out(provider, provider_id)
    assert (await federation.change(provider_id, state="on")).status_code == 200
    renamed = await federation.change(provider_id, name="AMITH, Casablanca")
    assert renamed.json()["state"] == "on"
    changed = await federation.change(provider_id, client_id="another")
    assert changed.json()["state"] == "draft", "another connection is tried first"
    assert await federation.journee.journal("sign_in") == []


async def test_an_organisations_provider_is_its_own_and_the_administrators_business(
    federation: Federation, provider: HostileProvider, http: httpx2.AsyncClient
) -> None:
    provider_id = (await federation.register(provider)).json()["id"]
    journee = federation.journee
    of_ministry = await federation.token("technical_contact", journee.ministry)
    for method, path, body in [
        ("GET", f"/providers/{provider_id}", None),
        ("PATCH", f"/providers/{provider_id}", {"name": "Mine"}),
        ("PATCH", f"/providers/{provider_id}", {"issuer": provider.url}),
        ("POST", f"/providers/{provider_id}/trials", {"browser": "b" * 43, "language": "fr"}),
        ("GET", f"/single-sign-on/{federation.id}", None),
        ("PUT", f"/single-sign-on/{federation.id}", {"compulsory": False}),
        ("POST", "/mail-domains", {"organisation_id": str(federation.id), "domain": "x.example"}),
    ]:
        headers = {**of_ministry, "if-match": "*"}
        answer = await http.request(method, f"{journee.api}{path}", json=body, headers=headers)
        assert answer.status_code == 404, (method, path, answer.text)
    federation.technical = of_ministry
    assert (await federation.register(provider, client_id="x")).status_code == 404
    federation.technical = await federation.token("administrator", None)
    assert (await federation.register(provider, client_id="x")).status_code == 201
    for role in ("co_organiser", "representative", "viewer"):
        federation.technical = await federation.token(role, federation.id)
        assert (await federation.register(provider, client_id="y")).status_code == 403


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"authorization_endpoint": ...}, "authorization_endpoint"),
        ({"token_endpoint": 7}, "token_endpoint"),
        ({"response_types_supported": ["id_token"]}, "response_types_supported"),
    ],
)
async def test_what_does_not_describe_a_provider_is_refused_by_what_is_missing(
    federation: Federation, provider: HostileProvider, changes: dict[str, Any], field: str
) -> None:
    for name, value in changes.items():
        provider.metadata[name] = value
    provider.metadata = {name: value for name, value in provider.metadata.items() if value is not ...}
    refused = await federation.register(provider)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/not-a-provider")
    assert f"({field})" in refused.json()["detail"]


async def test_an_issuer_that_calls_itself_otherwise_is_told_so(
    federation: Federation, provider: HostileProvider
) -> None:
    slash = await federation.register(provider, issuer=f"{provider.url}/")
    assert (slash.status_code, slash.json()["type"]) == (409, "/problems/issuer-differs")
    assert provider.url in slash.json()["detail"]
    assert slash.json()["errors"][0]["pointer"] == "/issuer"


@pytest.mark.parametrize(
    "endpoint", ["http://10.0.0.1/token", "http://login.example/token", "javascript:alert(1)", "file:///etc/passwd"]
)
async def test_no_endpoint_of_its_leads_where_we_do_not_call(federation: Federation, endpoint: str) -> None:
    for name in ("token_endpoint", "jwks_uri", "authorization_endpoint", "userinfo_endpoint", "end_session_endpoint"):
        async with a_provider() as other:
            other.metadata[name] = endpoint
            refused = await federation.register(other)
            assert (refused.status_code, refused.json()["type"]) == (400, "/problems/address-not-allowed")


async def test_private_addresses_are_no_issuers_unless_the_operator_allows_them(
    federation: Federation, provider: HostileProvider, settings: Settings
) -> None:
    """P9: the canary is not called at all."""
    async with running(structs.replace(settings, outgoing_allowed=())) as app:
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)  # type: ignore[arg-type] # Litestar's own scope
        async with httpx2.AsyncClient(transport=transport, base_url=settings.base_url) as http:
            federation.http = http
            for issuer in (provider.url, provider.url.replace("http:", "https:"), "https://169.254.169.254"):
                refused = await federation.register(provider, issuer=issuer)
                assert (refused.status_code, refused.json()["type"]) == (400, "/problems/address-not-allowed")
    assert provider.asked == []


async def test_a_discovery_that_cannot_be_read_is_refused(federation: Federation, provider: HostileProvider) -> None:
    provider.answers["/.well-known/openid-configuration"] = saying(b"[" * 100_000)
    assert (await federation.register(provider)).json()["type"] == "/problems/answer-unreadable"


async def test_with_a_private_key_no_secret_is_shared(federation: Federation, provider: HostileProvider) -> None:
    """RFC 7523: the provider checks our signature by the half that the page shows."""
    registered = await federation.register(provider, method="private_key_jwt", secret="")
    public = registered.json()["public_key"]
    assert "d" not in public
    await federation.try_out(provider, registered.json()["id"])
    [redeemed] = provider.redeemed
    assertion = jwt.decode(redeemed["client_assertion"], ECKey.import_key(public), algorithms=["ES256"])
    assert (assertion.claims["iss"], assertion.claims["sub"]) == (CLIENT, CLIENT)
    assert assertion.claims["aud"] == f"{provider.url}/token"
    assert provider.authorizations == [""]


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
async def test_a_secret_goes_where_the_provider_wants_it(
    federation: Federation, provider: HostileProvider, method: str
) -> None:
    registered = await federation.register(provider, method=method)
    await federation.try_out(provider, registered.json()["id"])
    in_form = provider.redeemed[0].get("client_secret") == SECRET
    in_header = provider.authorizations[0].lower().startswith("authorization: basic ")
    assert (in_form, in_header) == (method == "client_secret_post", method == "client_secret_basic")
    missing = await federation.register(provider, method=method, secret="", client_id="z")
    assert (missing.status_code, missing.json()["type"]) == (400, "/problems/secret-missing")


async def test_single_sign_on_is_made_compulsory_only_where_somebody_could_sign_in_by_it(
    federation: Federation, provider: HostileProvider
) -> None:
    demand = f"{federation.journee.api}/single-sign-on/{federation.id}"
    seen = {**federation.technical, "if-match": '"v0"'}
    early = await federation.http.put(demand, json={"compulsory": True}, headers=seen)
    assert (early.status_code, early.json()["type"]) == (409, "/problems/nothing-switched-on")
    await federation.switched_on(provider)
    told = await federation.http.put(demand, json={"compulsory": True}, headers=seen)
    assert (told.status_code, told.json()["compulsory"]) == (200, True)
    stale = await federation.http.put(demand, json={"compulsory": False}, headers=seen)
    assert stale.status_code == 412
    told = await federation.http.put(
        demand, json={"compulsory": False}, headers={**federation.technical, "if-match": told.headers["etag"]}
    )
    assert told.json()["compulsory"] is False
    entries = await federation.journee.journal("single-sign-on.demand")
    assert [entry.details["compulsory"] for entry in entries] == ["true", "false"]
    assert json.dumps(SECRET) not in told.text
