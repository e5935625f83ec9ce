"""Programs that use the API: made by who may, two secrets at a time, and an end that holds."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest
from joserfc.jwk import ECKey, OctKey

from services.identity.memberships.domain import Role
from tests.identity.journee import Journee

FORM = {"grant_type": "client_credentials"}
MACHINE = {"name": "CRM", "scopes": ["editions:read", "nominations:read"]}
APPLICATION = {
    "name": "Espace adhérents",
    "kind": "application",
    "scopes": ["openid", "nominations:read"],
    "redirect_uris": ["https://crm.example/back"],
}

Asked = Callable[..., Awaitable[httpx2.Response]]


class Person:
    """Somebody signed in, by a mailed link as everybody."""

    def __init__(self, http: httpx2.AsyncClient, journee: Journee, token: str) -> None:
        self._http = http
        self._api = journee.api
        self._token = token

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        headers = {"authorization": f"Bearer {self._token}", **named}
        return await self._http.request(method, f"{self._api}{path}", json=body, headers=headers)


async def signed_in(http: httpx2.AsyncClient, journee: Journee, role: Role, **of: Any) -> Person:
    membership = await journee.appoint(role, f"{role}@{journee.slug}.example", **of)
    begun = await http.post(f"{journee.api}/sign-ins", json={"link": await journee.mailed_link(membership)})
    return Person(http, journee, begun.json()["access_token"])


@pytest.fixture
async def contact(journee: Journee, http: httpx2.AsyncClient) -> Person:
    """The federation's technical contact."""
    return await signed_in(http, journee, "technical_contact")


@pytest.fixture
async def organiser(journee: Journee, http: httpx2.AsyncClient) -> Person:
    return await signed_in(http, journee, "co_organiser", organisation_id=journee.ministry)


async def made(person: Person, journee: Journee, **said: Any) -> dict[str, Any]:
    answer = await person.ask("POST", "/clients", MACHINE | {"organisation_id": str(journee.federation)} | said)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def token(http: httpx2.AsyncClient, client_id: str, secret: str) -> httpx2.Response:
    return await http.post("/oauth/token", data=FORM, auth=(client_id, secret))


async def test_a_technical_contact_makes_a_client_and_its_secret_is_told_once(
    contact: Person, journee: Journee, http: httpx2.AsyncClient
) -> None:
    new = await made(contact, journee)
    assert (await token(http, new["client_id"], new["client_secret"])).status_code == 200
    read = await contact.ask("GET", f"/clients/{new['client_id']}")
    assert new["client_secret"] not in read.text
    assert new["client_secret"] not in (await contact.ask("GET", "/clients")).text
    shown = read.json()
    assert (shown["kind"], shown["role"], shown["organisation"]) == ("machine", "representative", {"fr": "Fédération"})
    assert [entry.subject for entry in await journee.journal("clients.create")]
    assert new["client_secret"] not in str(await journee.told("identity.client-changed"))


async def test_a_repeated_request_makes_one_client_and_does_not_bring_its_secret_back(
    contact: Person, journee: Journee, http: httpx2.AsyncClient
) -> None:
    body = MACHINE | {"organisation_id": str(journee.federation)}
    first, again = [await contact.ask("POST", "/clients", body, idempotency_key="k1") for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == {"client_id": first.json()["client_id"], "client_secret": None}
    assert (await token(http, first.json()["client_id"], first.json()["client_secret"])).status_code == 200
    assert len((await contact.ask("GET", "/clients")).json()["items"]) == 1


async def test_two_secrets_are_good_while_one_takes_the_others_place(
    contact: Person, journee: Journee, http: httpx2.AsyncClient
) -> None:
    new = await made(contact, journee)
    place = f"/clients/{new['client_id']}"
    second = (await contact.ask("POST", f"{place}/secrets")).json()
    for secret in (new["client_secret"], second["client_secret"]):
        assert (await token(http, new["client_id"], secret)).status_code == 200
    third = await contact.ask("POST", f"{place}/secrets")
    assert (third.status_code, third.json()["type"]) == (409, "/problems/too-many-secrets")

    [old] = [each for each in (await contact.ask("GET", place)).json()["secrets"] if each["id"] != second["id"]]
    for _ in range(2):
        assert (await contact.ask("DELETE", f"{place}/secrets/{old['id']}")).status_code == 204
    assert (await token(http, new["client_id"], new["client_secret"])).status_code == 401
    assert (await token(http, new["client_id"], second["client_secret"])).status_code == 200
    last = await contact.ask("DELETE", f"{place}/secrets/{second['id']}")
    assert (last.status_code, last.json()["type"]) == (409, "/problems/last-way-in")


async def test_a_change_says_what_it_was_made_from(contact: Person, journee: Journee, http: httpx2.AsyncClient) -> None:
    new = await made(contact, journee)
    place = f"/clients/{new['client_id']}"
    change = {"name": "Autre nom", "scopes": ["editions:read"]}
    assert (await contact.ask("PATCH", place, change)).status_code == 428
    etag = (await contact.ask("GET", place)).headers["etag"]
    changed = await contact.ask("PATCH", place, change, if_match=etag)
    assert (changed.status_code, changed.json()["scopes"], changed.json()["version"]) == (200, ["editions:read"], 2)
    assert (await contact.ask("PATCH", place, change, if_match=etag)).status_code == 412
    assert (await token(http, new["client_id"], new["client_secret"])).json()["scope"] == "editions:read"


async def test_an_ended_client_gets_no_token_and_stays_in_the_list(
    contact: Person, journee: Journee, http: httpx2.AsyncClient
) -> None:
    new = await made(contact, journee)
    place = f"/clients/{new['client_id']}"
    assert (await contact.ask("DELETE", place, if_match='"v1"')).status_code == 204
    assert (await token(http, new["client_id"], new["client_secret"])).status_code == 401
    assert (await contact.ask("GET", place)).json()["ended_at"]
    again = await contact.ask("POST", f"{place}/secrets")
    assert (again.status_code, again.json()["type"]) == (409, "/problems/client-ended")
    assert (await journee.told("identity.client-changed"))[-1]["revoked"] is True


async def test_of_another_organisation_a_technical_contact_sees_and_changes_nothing(
    contact: Person, organiser: Person, journee: Journee
) -> None:
    new = await made(organiser, journee, organisation_id=str(journee.ministry))
    place = f"/clients/{new['client_id']}"
    assert (await contact.ask("GET", "/clients")).json()["items"] == []
    for method, path, body in (
        ("GET", place, None),
        ("PATCH", place, {"name": "Le mien"}),
        ("DELETE", place, None),
        ("POST", f"{place}/secrets", None),
    ):
        assert (await contact.ask(method, path, body, if_match='"v1"')).status_code == 404, (method, path)
    theirs = await contact.ask("POST", "/clients", MACHINE | {"organisation_id": str(journee.ministry)})
    assert (theirs.status_code, theirs.json()["type"]) == (403, "/problems/client-not-yours")


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"role": "administrator"}, "role-not-for-machines"),
        ({"role": "co_organiser"}, "client-not-yours"),
        ({"organisation_id": None}, "organisation-missing"),
        ({"scopes": ["everything"]}, "unknown-scope"),
        ({"scopes": ["openid"]}, "unknown-scope"),
        ({"kind": "application"}, "redirect-missing"),
        ({"jwks": {"keys": []}}, "keys-unfit"),
        ({"jwks": {"keys": [OctKey.generate_key(256).as_dict(private=True)]}}, "keys-unfit"),
        ({"jwks": {"keys": [ECKey.generate_key("P-256").as_dict(private=True)]}}, "keys-unfit"),
        ({"jwks": {"keys": [ECKey.generate_key("P-384").as_dict(private=False)]}}, "keys-unfit"),
        ({"jwks": {"keys": [{"kty": "RSA", "e": "AQAB", "n": "w" * 171}]}}, "keys-unfit"),
        ({"jwks": {"keys": [{"kty": "EC"}]}}, "keys-unfit"),
        ({"jwks_uri": "https://crm.example/keys"}, "request-malformed"),
        ({"name": "CR\nLF"}, "request-malformed"),
    ],
)
@pytest.mark.filterwarnings("ignore:.*2048")
async def test_what_a_technical_contact_may_not_make(
    contact: Person, journee: Journee, said: dict[str, Any], kind: str
) -> None:
    answer = await contact.ask("POST", "/clients", MACHINE | {"organisation_id": str(journee.federation)} | said)
    assert answer.json()["type"] == f"/problems/{kind}"


async def test_a_co_organiser_gives_its_own_role_for_its_own_organisation_alone(
    organiser: Person, journee: Journee
) -> None:
    await made(organiser, journee, role="co_organiser", organisation_id=str(journee.ministry))
    theirs = MACHINE | {"role": "co_organiser", "organisation_id": str(journee.federation)}
    refused = await organiser.ask("POST", "/clients", theirs)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/role-not-yours")


async def test_an_application_for_everybody_is_made_by_organisers(
    contact: Person, organiser: Person, journee: Journee
) -> None:
    everybody = APPLICATION | {"organisation_id": None}
    assert (await contact.ask("POST", "/clients", everybody)).status_code == 400
    assert (await organiser.ask("POST", "/clients", everybody)).status_code == 201
    own = APPLICATION | {"organisation_id": str(journee.federation)}
    assert (await contact.ask("POST", "/clients", own)).status_code == 201


@pytest.mark.parametrize(
    "address",
    [
        "http://crm.example/back",
        "https://crm.example/back#part",
        "https://user@crm.example/back",
        "https://*.crm.example/back",
        "javascript:alert(1)",
        "//crm.example/back",
        "https://crm.example\\@evil.example/",
        "https://crm.example;script-src/",
        "https://crm.example:99999/",
        "https://",
        "https://crm.example/a b",
    ],
)
async def test_people_are_led_to_whole_addresses_only(contact: Person, journee: Journee, address: str) -> None:
    said = APPLICATION | {"organisation_id": str(journee.federation), "redirect_uris": [address]}
    refused = await contact.ask("POST", "/clients", said)
    assert (refused.status_code, refused.json()["type"]) == (400, "/problems/address-unfit")


async def test_a_client_with_keys_has_no_secret(contact: Person, journee: Journee, http: httpx2.AsyncClient) -> None:
    jwks = {"keys": [ECKey.generate_key("P-256").as_dict(private=False)]}
    new = await made(contact, journee, jwks=jwks)
    assert new["client_secret"] is None
    assert (await token(http, new["client_id"], "")).status_code == 401
    place = f"/clients/{new['client_id']}"
    assert len((await contact.ask("GET", place)).json()["keys"]) == 1
    bare = await contact.ask("PATCH", place, {"jwks": None}, if_match='"v1"')
    assert (bare.status_code, bare.json()["type"]) == (409, "/problems/last-way-in")
