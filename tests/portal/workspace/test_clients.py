"""Connecting a program, on the pages, against the real services."""

import re

import httpx2
import pytest

from libs.permissions import SCOPES
from libs.resources import Application
from tests.days import Day
from tests.issuing import ISSUER
from tests.portal.workspace.conftest import SignIn
from tests.portal.workspace.visitor import Page, Visitor

PLACE = "/clients"
MACHINE = {"name": "Notre logiciel", "kind": "machine", "role": "representative"}


@pytest.fixture
async def contact(sign_in: SignIn, day: Day) -> Visitor:
    return await sign_in(day.who("technical_contact", day.federation))


def _secret(page: Page) -> str:
    found = re.search(r'id="client-secret">([^<]+)<', page.body)
    assert found is not None, page.words
    return found[1]


async def _make(visitor: Visitor, **typed: str) -> Page:
    page = await visitor.get(f"{PLACE}/new")
    return await visitor.send(page, **MACHINE | {"scopes": "editions:read"} | typed)


async def _open(visitor: Visitor, told: Page) -> Page:
    found = re.search(r'href="([^"]+/clients/[0-9a-f-]{36})"', told.body)
    assert found is not None
    return await visitor.get(found[1])


async def test_a_technical_contact_makes_a_client_and_sees_its_secret_once(contact: Visitor) -> None:
    told = await _make(contact)
    assert told.status == 200
    secret = _secret(told)
    assert len(secret) == 43
    page = await _open(contact, told)
    assert secret not in page.body
    listed = await contact.get(PLACE)
    assert "Notre logiciel" in listed.words
    assert "Read the editions, with their panels and commitments" in listed.words
    assert "own keys" not in listed.words


async def test_pressing_twice_makes_one_client(contact: Visitor) -> None:
    page = await contact.get(f"{PLACE}/new")
    first, again = [await contact.send(page, **MACHINE, scopes="editions:read") for _ in range(2)]
    assert _secret(first) not in again.body
    assert "its secret was shown then" in again.words
    assert (await contact.get(PLACE)).words.count("Notre logiciel") == 1


async def test_a_secret_is_renewed_without_a_break(contact: Visitor) -> None:
    page = await _open(contact, await _make(contact))
    told = await contact.send(page, f"{page.path}/secrets")
    assert _secret(told)
    page = await _open(contact, told)
    assert "Make the next secret" not in page.words
    [first, *_] = re.findall(rf'action="({page.path}/secrets/[^"]+)"', page.body)
    dropped = await contact.send(page, first)
    assert "This secret opens nothing any more." in dropped.words
    assert "Make the next secret" in dropped.words


async def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(contact: Visitor) -> None:
    wrong = await _make(contact, kind="application", redirect_uris="http://crm.example/back")
    assert wrong.status == 400
    assert "http://crm.example/back" in wrong.body
    assert 'aria-invalid="true"' in wrong.field("redirect_uris")
    assert "People cannot be led to" in wrong.words


async def test_keys_are_registered_and_what_is_no_key_is_refused(contact: Visitor) -> None:
    page = await _open(contact, await _make(contact))
    etag = page.hidden()["etag"]
    refused = await contact.send(page, f"{page.path}/keys", jwks="not json", etag=etag)
    assert 'aria-invalid="true"' in refused.field("jwks")
    key = '{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}'
    saved = await contact.send(page, f"{page.path}/keys", jwks=key, etag=etag)
    assert "Registered:" in saved.words
    assert "own keys" in (await contact.get(PLACE)).words


async def test_rights_are_changed_and_the_end_holds(contact: Visitor) -> None:
    page = await _open(contact, await _make(contact))
    etag = page.hidden()["etag"]
    saved = await contact.send(page, name="Autre", scopes="organisations:read", etag=etag)
    assert "Saved." in saved.words
    late = await contact.send(page, name="Trop tard", scopes="organisations:read", etag=etag)
    assert late.status == 412
    ended = await contact.send(saved, f"{saved.path}/end", etag=saved.hidden()["etag"])
    assert "No program uses the API yet." in ended.words
    assert "One client has ended" in ended.words


async def test_a_representative_connects_nothing(sign_in: SignIn, day: Day) -> None:
    representative = await sign_in(day.of_federation)
    assert (await representative.get(PLACE)).status == 403
    assert "API clients" not in (await representative.get("")).body


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
async def test_one_page_says_what_each_scope_opens(portal: Application, language: str) -> None:
    transport = httpx2.ASGITransport(portal)  # type: ignore[arg-type] # Litestar's own scope
    async with httpx2.AsyncClient(transport=transport, base_url=ISSUER) as client:
        asked = await client.get("/api/scopes", headers={"accept-language": language})
        assert asked.headers["location"] == f"/{language}/api/scopes"
        body = (await client.get(asked.headers["location"])).text
    for scope in SCOPES:
        assert f">{scope}</code>" in body
    assert "POST /api/v1/{tenant}/nominations" in body
    assert "GET /api/v1/{tenant}/drafts" in body
    assert "/clients" not in body  # no scope opens them
