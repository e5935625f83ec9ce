"""A standard client gets its token: Authlib's, and by hand what no decent client would send."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.jwk import KeySet
from litestar import Litestar
from sqlalchemy import select
from uuid_utils.compat import uuid7

from libs.identity import Principal
from libs.sealing import fingerprint
from libs.web.tokens import TokenVerifier
from services.identity.clients.commands import CreateClient, NewClient, create_client
from services.identity.clients.domain import UnknownScope
from services.identity.clients.models import Client
from tests.identity.journee import Journee, now

ALL = ["editions:read", "nominations:read", "nominations:write"]
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
async def machine(journee: Journee) -> NewClient:
    command = CreateClient(
        name="CRM de la fédération", organisation_id=journee.federation, role="representative", scopes=ALL
    )
    async with journee.work() as session:
        return await create_client(session, journee.operator, command, now())


@pytest.fixture
async def standard(app: Litestar, machine: NewClient, journee: Journee) -> AsyncIterator[AsyncOAuth2Client]:
    async with AsyncOAuth2Client(
        client_id=str(machine.client_id),
        client_secret=machine.client_secret,
        token_endpoint=f"{journee.settings.base_url}/oauth/token",
        transport=httpx2.ASGITransport(app),  # type: ignore[arg-type] # Litestar's own scope
    ) as client:
        yield client


async def post(
    http: httpx2.AsyncClient, machine: NewClient, body: bytes, *, secret: str | None = None, content_type: str = FORM
) -> httpx2.Response:
    auth = (str(machine.client_id), secret or machine.client_secret)
    return await http.post("/oauth/token", content=body, headers={"Content-Type": content_type}, auth=auth)


async def test_a_standard_client_gets_a_token_that_says_for_whom_it_acts(
    journee: Journee, machine: NewClient, standard: AsyncOAuth2Client, http: httpx2.AsyncClient
) -> None:
    token = await standard.fetch_token(grant_type="client_credentials")
    assert (token["token_type"], token["expires_in"], token["scope"]) == ("Bearer", 600, " ".join(sorted(ALL)))

    async def keys() -> dict[str, object]:
        published: dict[str, object] = (await http.get("/oauth/jwks")).json()
        return published

    assert await TokenVerifier(journee.settings.issuer, keys).verify(token["access_token"]) == Principal(
        tenant_id=journee.id,
        tenant=journee.slug,
        role="representative",
        organisation_id=journee.federation,
        client_id=machine.client_id,
        scopes=frozenset(ALL),
    )
    decoded = jwt.decode(token["access_token"], KeySet.import_key_set(await keys()), algorithms=["ES256"])  # type: ignore[arg-type]
    assert decoded.header["typ"] == "at+jwt"
    assert decoded.header["kid"] in {key["kid"] for key in (await keys())["keys"]}  # type: ignore[attr-defined]
    assert decoded.claims["client_id"] == str(machine.client_id)
    assert "account_id" not in decoded.claims


async def test_the_answer_is_kept_by_no_cache(machine: NewClient, http: httpx2.AsyncClient) -> None:
    answer = await post(http, machine, b"grant_type=client_credentials&scope=editions%3Aread")
    assert (answer.status_code, answer.json()["scope"]) == (200, "editions:read")
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")
    assert answer.headers["content-type"] == "application/json"


async def test_a_standard_client_is_told_that_it_may_not_have_a_scope(standard: AsyncOAuth2Client) -> None:
    with pytest.raises(OAuthError, match="invalid_scope"):
        await standard.fetch_token(grant_type="client_credentials", scope="programme:read")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"grant_type=client_credentials&grant_type=client_credentials", "invalid_request"),
        (b"grant_type=client_credentials&scope=editions:read&scope=editions:read", "invalid_request"),
        (b"grant_type=client_credentials&client_secret=x", "invalid_request"),
        (b"grant_type=client_credentials%00", "invalid_request"),
        (b"grant_type=%FF", "invalid_request"),
        (b"", "invalid_request"),
        (b"grant_type=password&username=a&password=b", "unsupported_grant_type"),
        (b"grant_type=%22%5C%C3%A9", "unsupported_grant_type"),
        (b"grant_type=client_credentials&scope=all", "invalid_scope"),
        (b"grant_type=client_credentials&scope=%22%5C", "invalid_scope"),
    ],
)
async def test_a_wrong_request_is_answered_as_rfc_6749_has_it(
    machine: NewClient, http: httpx2.AsyncClient, body: bytes, error: str
) -> None:
    answer = await post(http, machine, body)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("application/json", "no-store")


async def test_what_is_no_form_is_refused(machine: NewClient, http: httpx2.AsyncClient) -> None:
    answer = await post(http, machine, b'{"grant_type": "client_credentials"}', content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_ten_megabytes_are_refused(machine: NewClient, http: httpx2.AsyncClient) -> None:
    answer = await post(http, machine, b"grant_type=" + b"x" * 10_000_000)
    assert (answer.status_code, answer.json()["error"]) == (413, "invalid_request")


@pytest.mark.parametrize(
    "authorization",
    ["", "Basic", "Basic !!!", "Basic /w==", "Basic bm9jb2xvbg==", "Bearer x", f"Basic {'A' * 100}", "Basic OjpcAA=="],
)
async def test_who_does_not_authenticate_is_told_how(http: httpx2.AsyncClient, authorization: str) -> None:
    answer = await http.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, headers={"Authorization": authorization}
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith('Basic realm="moussem"')


async def test_a_wrong_secret_stands_in_the_journal_and_an_unknown_client_is_answered_the_same(
    journee: Journee, machine: NewClient, http: httpx2.AsyncClient
) -> None:
    body = b"grant_type=client_credentials"
    wrong = await post(http, machine, body, secret="wrong")  # noqa: S106
    unknown = await post(http, NewClient(uuid7(), "wrong"), body)
    assert (wrong.status_code, wrong.content) == (unknown.status_code, unknown.content)
    [entry] = await journee.journal("sign_in.refused")
    assert (entry.actor, entry.subject, entry.details) == ("public", machine.client_id, {"reason": "client-secret"})


async def test_the_secret_is_told_once_and_kept_as_a_hash(journee: Journee, machine: NewClient) -> None:
    async with journee.work() as session:
        client = (await session.scalars(select(Client))).one()
        assert [each.hash for each in client.known_secrets] == [fingerprint(machine.client_secret)]
    [told] = await journee.told("identity.client-changed")
    assert machine.client_secret not in str(told)
    assert told["scopes"] == ALL


async def test_a_scope_that_does_not_exist_is_refused(journee: Journee) -> None:
    command = CreateClient(name="x", organisation_id=journee.federation, role="representative", scopes=["all"])
    async with journee.work() as session:
        with pytest.raises(UnknownScope):
            await create_client(session, journee.operator, command, now())


async def test_the_server_says_what_it_is(journee: Journee, http: httpx2.AsyncClient) -> None:
    said = (await http.get("/.well-known/oauth-authorization-server")).json()
    assert said["issuer"] == journee.settings.issuer
    assert said["token_endpoint"] == f"{journee.settings.issuer}/oauth/token"


async def test_private_keys_are_not_published(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/oauth/jwks")
    assert "max-age=300" in answer.headers["cache-control"]
    keys = answer.json()["keys"]
    assert len(keys) >= 2  # the one that signs, and the one to come
    assert all("d" not in key and key["alg"] == "ES256" and key["use"] == "sig" for key in keys)
