from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx2
import psycopg
import pytest

from infra.composition import composition_roots
from infra.web import create
from libs.config import Settings
from libs.db.migrating import newest


@asynccontextmanager  # no fixture: what lives in the platform has to end in the task in which it began
async def client_of(settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    """Yield a client of all services in one process; nothing else of the platform runs."""
    platform = create(settings)
    transport: Any = httpx2.ASGITransport(platform)  # type: ignore[arg-type]  # Litestar's types say the same
    async with platform.lifespan(), httpx2.AsyncClient(transport=transport, base_url=settings.base_url) as client:
        yield client


async def test_the_process_answers_for_itself(settings: Settings) -> None:
    async with client_of(settings) as client:
        assert (await client.get("/healthz")).json() == {"status": "alive"}


async def test_what_is_missing_is_named(untouched: Settings) -> None:
    async with client_of(untouched) as client:
        answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert set(answer.json()["missing"]) == {f"worker of {service}" for service in composition_roots("app")}


async def _revised(settings: Settings, superuser: str, revision: str) -> dict[str, list[str]]:
    """Return what `/readyz` says when the tables of editions are of a revision."""
    database = urlsplit(settings.database_url).path[1:]
    async with client_of(settings) as client:
        with psycopg.connect(superuser, dbname=database) as connection:
            connection.execute("UPDATE editions.alembic_version SET version_num = %s", (revision,))
        answer = await client.get("/readyz")
    assert answer.status_code == 503, "no worker lives here"
    said: dict[str, list[str]] = answer.json()
    return said


async def test_tables_that_are_behind_the_code_are_missed(untouched: Settings, superuser: str) -> None:
    said = await _revised(untouched, superuser, "0001")
    assert "migrations of editions" in said["missing"]
    assert said["newer"] == []


async def test_tables_of_newer_code_are_named_and_served_all_the_same(untouched: Settings, superuser: str) -> None:
    said = await _revised(untouched, superuser, "9999")
    assert "migrations of editions" not in said["missing"]
    assert said["newer"] == [f"tables of editions: 9999, and this code knows {newest('editions')}"]


@pytest.mark.parametrize("path", ["/api/v1/jni/unheard-of", "/api/v1/jni/unheard-of/again"])
async def test_an_address_that_is_nobodys_is_a_problem(settings: Settings, path: str) -> None:
    async with client_of(settings) as client:
        answer = await client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize("noun", ["editions", "organisations", "letters"])
async def test_a_request_goes_to_the_service_of_its_noun(settings: Settings, noun: str) -> None:
    async with client_of(settings) as client:
        answer = await client.get(f"/api/v1/nowhere/{noun}")
    assert answer.status_code == 404
    assert answer.json()["type"].endswith("/no-such-tenant")
