"""No secret stands in a log, nor in the clear in a table, whatever happens to who has it."""

import base64
import logging
from collections.abc import Callable

import httpx2
import pytest
from litestar import Litestar, get
from litestar.params import FromPath
from sqlalchemy import text

from libs.config import Settings
from libs.db.tenancy import Sessions, unit_of_work
from libs.web.problems import EXCEPTION_HANDLERS
from services.identity.clients.commands import CreateClient, create_client
from services.portal.assets import Assets
from services.portal.failures import exception_handlers
from services.portal.rendering import Rendering
from tests.identity.journee import ADA, now
from tests.portal.test_sign_in_pages import browsing, known_day, link_by_mail

TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = :schema")


async def test_no_secret_of_a_sign_in_or_a_token_stands_in_a_log_or_in_the_clear_in_a_table(
    sessions_of: Callable[[str], Sessions], settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    journee = await known_day(sessions_of, settings)
    await journee.appoint("co_organiser", organisation_id=journee.ministry)
    async with journee.work() as session:
        machine = CreateClient(
            name="Machine", organisation_id=journee.ministry, role="co_organiser", scopes=["editions:read"]
        )
        client = await create_client(session, journee.operator, machine, now())
    secrets = {client.client_secret, journee.first_link}
    async with browsing(settings) as http:
        page = await link_by_mail(http, journee)
        secrets.add(page.rpartition("/")[2])
        await http.get(page)
        await http.post(page)
        await http.post(page)
        secrets.add(http.cookies[f"moussem-{journee.slug}"])
        await http.get(f"/fr/{journee.slug}/workspace")
        await http.get(f"/fr/{journee.slug}/invitation/{journee.first_link}")
        token = ""
        for secret in (client.client_secret + "x", client.client_secret):
            basic = base64.b64encode(f"{client.client_id}:{secret}".encode()).decode()
            secrets.add(basic)
            told = await http.post(
                "/oauth/token", data={"grant_type": "client_credentials"}, headers={"authorization": f"Basic {basic}"}
            )
            token = told.json().get("access_token", secret)
            secrets.add(token)
        await http.get(f"{journee.api}/editions", headers={"authorization": f"Bearer {token}"})
    assert len(secrets) == 8
    logged = "\n".join(f"{record.getMessage()} {record.args} {record.exc_text}" for record in caplog.records)
    assert {secret for secret in secrets if secret in logged} == set()
    assert ADA not in logged
    for service in ("identity", "portal"):
        async with unit_of_work(sessions_of(service), journee.id) as session:
            tables = await session.scalars(TABLES, {"schema": service})
            rows = [text(f"SELECT string_agg(row::text, ' ') FROM {service}.{name} AS row") for name in tables]  # noqa: S608 (our own names)
            kept = " ".join([str(await session.scalar(each)) for each in rows])
        assert str(journee.id) in kept
        assert {secret for secret in secrets if secret in kept} == set(), service


@pytest.mark.parametrize("whose", ["page", "service"])
async def test_what_breaks_is_logged_by_its_route_since_an_address_may_be_a_secret(
    caplog: pytest.LogCaptureFixture, whose: str
) -> None:
    @get("/{language:str}/{tenant:str}/sign-in/{link:str}")
    async def breaking(language: FromPath[str], tenant: FromPath[str], link: FromPath[str]) -> None:
        raise RuntimeError(language, tenant, link[:0])

    handlers = exception_handlers(Rendering(Assets())) if whose == "page" else EXCEPTION_HANDLERS
    app = Litestar([breaking], exception_handlers=handlers, openapi_config=None, logging_config=None)
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)  # type: ignore[arg-type] # Litestar's own scope
    async with httpx2.AsyncClient(transport=transport, base_url="http://day.example") as http:
        answer = await http.get("/fr/jni/sign-in/a-link-that-is-a-secret?code=another")
    assert answer.status_code == 500
    logged = "\n".join(f"{record.getMessage()} {record.exc_text}" for record in caplog.records)
    assert "/{language}/{tenant}/sign-in/{link}" in logged
    assert "secret" not in logged
    assert "another" not in logged
    assert "secret" not in answer.text.replace("/fr/jni/sign-in/a-link-that-is-a-secret", "")
