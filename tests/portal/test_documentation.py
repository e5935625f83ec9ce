"""One OpenAPI document for the whole API, and what it says is so."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec import json

from libs.web.paths import service_of
from libs.web.peers import Peers
from services.portal.documentation import SERVICES, openapi
from tests.issuing import ISSUER


@pytest.fixture(scope="module")
async def document(app_of: Callable[[str], Any]) -> dict[str, Any]:
    peers = Peers(ISSUER)

    async def dispatch(scope: Any, receive: Any, send: Any) -> None:
        await app_of(service_of(scope["path"]) or "")(scope, receive, send)

    peers.mount(dispatch)
    told = await openapi(peers)
    await peers.close()
    return told


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in document["paths"].values() for operation in path.values()]


async def test_every_address_of_every_service_is_in_it_once(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for operation in operations(document)]
    assert len(names) == len(set(names))
    assert {service_of(path) for path in document["paths"]} == set(SERVICES)


async def test_what_it_refers_to_is_there(document: dict[str, Any]) -> None:
    text = json.encode(document).decode()
    schemas = document["components"]["schemas"]
    referred = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert referred <= schemas.keys()
    assert [name for name in schemas if "." in name] == []


async def test_unknown_fields_are_forbidden_where_they_are_refused(document: dict[str, Any]) -> None:
    bodies = [
        operation["requestBody"]["content"]["application/json"]["schema"]
        for operation in operations(document)
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    ]
    referred = [each["$ref"] for body in bodies for each in body.get("oneOf", [body])]
    schemas = document["components"]["schemas"]
    open_to_all = [
        name for name in referred if schemas[name.rpartition("/")[2]].get("additionalProperties") is not False
    ]
    assert open_to_all == []


async def test_every_refusal_is_a_problem(document: dict[str, Any]) -> None:
    for operation in operations(document):
        if operation["operationId"] in {"obtain_token", "read_keys", "read_metadata", "back_channel_logout"}:
            continue  # RFC 6749 and 8414 and OpenID Connect's back-channel logout have forms of their own
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                assert list(answer["content"]) == ["application/problem+json"], (operation["operationId"], status)


async def test_a_post_takes_a_key_and_a_change_takes_a_version(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            headers = {each["name"] for each in operation.get("parameters", []) if each["in"] == "header"}
            if method in {"patch", "put"}:
                assert "If-Match" in headers, path
