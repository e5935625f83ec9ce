"""Signing in, choosing for whom one acts and signing out, by the portal's pages and identity together."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import httpx2
import pytest
from litestar.types import Receive, Scope, Send
from msgspec import convert
from sqlalchemy import select

from infra.composition import composition_roots
from libs.config import Settings
from libs.contracts.events import TenantChanged
from libs.db.tenancy import Sessions, unit_of_work
from libs.resources import open_resources
from libs.tenants.subscribers import remember_tenant
from libs.web.paths import service_of
from services.identity.sign_ins.models import SignIn
from services.portal.sign_ins.domain import own_page
from tests.identity.journee import ADA, Journee

SAME_ORIGIN = {"sec-fetch-site": "same-origin"}


@asynccontextmanager
async def browsing(settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    """Run all services in this process; yield a browser on one of our own pages."""
    resources = open_resources(settings)
    apps = {service: root.create(resources) for service, root in composition_roots("app").items()}

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        await apps[service_of(scope["path"]) or "portal"](scope, receive, send)

    resources.peers.mount(dispatch)
    transport = httpx2.ASGITransport(dispatch)  # type: ignore[arg-type] # Litestar's own scope
    async with AsyncExitStack() as lives:
        for app in apps.values():
            await lives.enter_async_context(app.lifespan())
        http = httpx2.AsyncClient(transport=transport, base_url=settings.base_url, headers=SAME_ORIGIN)
        yield await lives.enter_async_context(http)


async def known_day(sessions_of: Callable[[str], Sessions], settings: Settings) -> Journee:
    """Begin a day that the portal knows of."""
    journee = Journee(sessions=sessions_of("identity"), settings=settings)
    await journee.begin()
    [told] = await journee.told("identity.tenant-changed")
    async with unit_of_work(sessions_of("portal"), journee.id) as session:
        await remember_tenant(session, convert(told, TenantChanged), None)  # type: ignore[arg-type] # not looked at
    return journee


async def link_by_mail(http: httpx2.AsyncClient, journee: Journee) -> str:
    """Ask for a link on the page; return the page that the letter leads to."""
    await http.post(f"/fr/{journee.slug}/sign-in", data={"email": ADA})
    return f"/fr/{journee.slug}/sign-in/{journee.link_in((await journee.letters())[-1])}"


async def test_opening_the_link_changes_nothing_and_its_button_signs_in_and_out(
    sessions_of: Callable[[str], Sessions], settings: Settings
) -> None:
    """P24: mail scanners open links."""
    journee = await known_day(sessions_of, settings)
    await journee.appoint()
    async with browsing(settings) as http:
        page = await link_by_mail(http, journee)
        for method, has_body in (("HEAD", False), ("GET", True), ("GET", True)):
            opened = await http.request(method, page)
            assert (opened.status_code, bool(opened.content)) == (200, has_body)
            assert "set-cookie" not in opened.headers
        entered = await http.post(page)
        assert (entered.status_code, entered.headers["location"]) == (303, f"/fr/{journee.slug}/workspace")
        assert (await http.post(page)).status_code == 409

        today = await http.get(f"/fr/{journee.slug}/workspace")
        assert today.status_code == 200
        token = today.text.partition('name="form_token" value="')[2].partition('"')[0]
        left = await http.post(f"/fr/{journee.slug}/workspace/sign-out", data={"form_token": token})
        assert left.status_code == 303
        async with journee.work() as session:
            assert await session.scalar(select(SignIn.ended_at)) is not None


async def test_in_another_browser_the_link_shows_a_code_that_signs_in_where_it_was_asked_for(
    sessions_of: Callable[[str], Sessions], settings: Settings
) -> None:
    """The letter is read on a telephone: nothing is used up there, and whoever has only the code has nothing."""
    journee = await known_day(sessions_of, settings)
    await journee.appoint()
    async with browsing(settings) as desk:
        page = await link_by_mail(desk, journee)
        code_page = f"/fr/{journee.slug}/sign-in/code"
        async with browsing(settings) as telephone:
            assert telephone.cookies.get(f"moussem-{journee.slug}-asking") is None
            shown = await telephone.post(page)
            assert shown.status_code == 409
            found = re.search(r"(\d{4}) (\d{4})</p>", shown.text)
            assert found is not None
            code = found[1] + found[2]
            assert (await telephone.post(code_page, data={"code": code})).status_code == 401
            wrong = await desk.post(code_page, data={"code": f"{(int(code) + 1) % 10**8:08d}", "email": ADA})
            assert (wrong.status_code, ADA in wrong.text, 'id="code-error"' in wrong.text) == (401, True, True)
            assert (await desk.post(code_page, data={"code": "12"})).status_code == 400
            arabic = code.translate({ord(str(n)): chr(0x660 + n) for n in range(10)})
            entered = await desk.post(code_page, data={"code": f"{arabic[:4]} {arabic[4:]}"})
            assert (entered.status_code, entered.headers["location"]) == (303, f"/fr/{journee.slug}/workspace")
            assert (await desk.post(page)).status_code == 409
            assert (await desk.get(f"/fr/{journee.slug}/workspace")).status_code == 200


async def test_the_page_that_asks_for_an_address_keeps_what_was_typed_and_says_what_is_wrong(
    sessions_of: Callable[[str], Sessions], settings: Settings
) -> None:
    journee = await known_day(sessions_of, settings)
    async with browsing(settings) as http:
        asked = await http.get(f"/fr/{journee.slug}/sign-in")
        assert (asked.status_code, "email-error" in asked.text) == (200, False)
        again = await http.post(f"/fr/{journee.slug}/sign-in", data={"email": "no address"})
        assert again.status_code == 400
        assert 'value="no address"' in again.text
        assert 'id="email-error"' in again.text


async def test_who_holds_several_mandates_is_asked_for_whom_they_act(
    sessions_of: Callable[[str], Sessions], settings: Settings
) -> None:
    journee = await known_day(sessions_of, settings)
    await journee.appoint()
    ministry = await journee.appoint("technical_contact", organisation_id=journee.ministry)
    async with browsing(settings) as http:
        entered = await http.post(await link_by_mail(http, journee))
        choice = f"/fr/{journee.slug}/workspace/memberships"
        assert (entered.status_code, entered.headers["location"]) == (303, choice)
        asked = await http.get(choice)
        assert "Fédération" in asked.text
        assert "Ministère" in asked.text

        token = asked.text.partition('name="form_token" value="')[2].partition('"')[0]
        chosen = await http.post(choice, data={"membership_id": str(ministry), "form_token": token})
        assert chosen.status_code == 303
        async with journee.work() as session:
            assert await session.scalar(select(SignIn.membership_id)) == ministry


async def test_who_asked_for_a_page_before_signing_in_sees_it_after(
    sessions_of: Callable[[str], Sessions], settings: Settings
) -> None:
    """By the mailed link, though the letter does not name the page: the browser that asked remembers it, once."""
    journee = await known_day(sessions_of, settings)
    await journee.appoint()
    wanted = f"/fr/{journee.slug}/workspace/letters?done=1"
    async with browsing(settings) as http:
        asked = await http.get(wanted)
        assert asked.status_code == 303
        await http.get(asked.headers["location"])
        entered = await http.post(await link_by_mail(http, journee))
        assert entered.headers["location"] == wanted
        again = await http.post(await link_by_mail(http, journee))
        assert again.headers["location"] == f"/fr/{journee.slug}/workspace"


async def test_who_has_to_choose_a_mandate_sees_the_wanted_page_after_the_choice(
    sessions_of: Callable[[str], Sessions], settings: Settings
) -> None:
    journee = await known_day(sessions_of, settings)
    await journee.appoint()
    ministry = await journee.appoint("technical_contact", organisation_id=journee.ministry)
    wanted = f"/fr/{journee.slug}/workspace/organisations"
    async with browsing(settings) as http:
        await http.get((await http.get(wanted)).headers["location"])
        choice = (await http.post(await link_by_mail(http, journee))).headers["location"]
        token = (await http.get(choice)).text.partition('name="form_token" value="')[2].partition('"')[0]
        chosen = await http.post(choice, data={"membership_id": str(ministry), "form_token": token})
        assert chosen.headers["location"] == wanted


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example/workspace",
        "https://evil.example/fr/jni/workspace",
        "/\\evil.example/jni/workspace",
        "/fr/other/workspace",
        "/fr/jni/workspacex",
        "/fr/jni/workspace/\r\nset-cookie: a=b",
        "/de/jni/workspace",
        "/fr/jni/sign-in",
        "",
    ],
)
def test_no_address_leads_from_the_sign_in_to_elsewhere(elsewhere: str) -> None:
    assert own_page("/ar/jni/workspace/editions/2026/selection?seat=1", "jni")
    assert own_page(elsewhere, "jni") == ""
