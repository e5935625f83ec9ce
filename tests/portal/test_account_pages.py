"""Where one is signed in, and ending that: on the portal's pages, with identity behind them."""

import re
from collections.abc import Callable

import httpx2
from sqlalchemy import select

from libs.config import Settings
from libs.db.tenancy import Sessions, unit_of_work
from services.identity.sign_ins.models import SignIn
from services.portal.sign_ins.devices import called
from services.stakeholders.organisations.models import Organisation
from tests.identity.journee import ADA, Journee, ago
from tests.portal.test_sign_in_pages import browsing, known_day, link_by_mail

DESK = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
TELEPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile Safari/604.1"


async def _enter(http: httpx2.AsyncClient, journee: Journee, device: str) -> None:
    http.headers["user-agent"] = device
    assert (await http.post(await link_by_mail(http, journee))).status_code == 303


async def _press(http: httpx2.AsyncClient, page: str, action: str) -> httpx2.Response:
    shown = await http.get(page)
    token = shown.text.partition('name="form_token" value="')[2].partition('"')[0]
    return await http.post(action, data={"form_token": token})


def test_a_device_is_called_what_people_call_it() -> None:
    assert called(DESK) == "Chrome · Linux"
    assert called(TELEPHONE) == "Safari · iPhone"
    assert called("curl/8.5") == ""


async def test_one_sees_where_one_is_signed_in_and_ends_it_there_at_once(
    sessions_of: Callable[[str], Sessions], settings: Settings
) -> None:
    journee = await known_day(sessions_of, settings)
    await journee.appoint()
    account = f"/en/{journee.slug}/workspace/account"
    async with browsing(settings) as desk, browsing(settings) as telephone:
        await _enter(desk, journee, DESK)
        await _enter(telephone, journee, TELEPHONE)
        page = await desk.get(account)
        assert "You are signed in on 2 devices" in page.text
        assert "Safari · iPhone" in page.text
        assert page.text.count("by a mailed link") == 2
        [end] = re.findall(r'action="([^"]+/account/sign-ins/[0-9a-f-]{36})"', page.text)
        ended = await _press(desk, account, end)
        assert ended.headers["location"].endswith("/account?done=one")
        assert (await telephone.get(account)).status_code == 303
        assert "You are signed in on one device" in (await desk.get(account)).text
        async with journee.work() as session:
            assert len([each for each in await session.scalars(select(SignIn.ended_at)) if each]) == 1
    assert [entry.details["by"] for entry in await journee.journal("sign_in.end")] == ["holder"]


async def test_all_others_are_ended_and_this_one_goes_on(
    sessions_of: Callable[[str], Sessions], settings: Settings
) -> None:
    journee = await known_day(sessions_of, settings)
    await journee.appoint()
    account = f"/en/{journee.slug}/workspace/account"
    async with browsing(settings) as desk, browsing(settings) as telephone, browsing(settings) as other:
        for http, device in ((telephone, TELEPHONE), (other, "curl/8.5"), (desk, DESK)):
            await _enter(http, journee, device)
        await _press(desk, account, f"{account}/sign-ins")
        assert (await desk.get(account)).status_code == 200
        assert {(await http.get(account)).status_code for http in (telephone, other)} == {303}


async def test_signing_in_anew_ends_what_the_browser_had_before(
    sessions_of: Callable[[str], Sessions], settings: Settings
) -> None:
    """Its key is another one each time (session fixation), and the old one opens nothing."""
    journee = await known_day(sessions_of, settings)
    await journee.appoint()
    cookie = f"moussem-{journee.slug}"
    async with browsing(settings) as http, browsing(settings) as thief:
        await _enter(http, journee, DESK)
        thief.cookies.set(cookie, http.cookies[cookie])
        assert (await thief.get(f"/en/{journee.slug}/workspace/account")).status_code == 200
        await _enter(http, journee, DESK)
        assert thief.cookies[cookie] != http.cookies[cookie]
        assert (await thief.get(f"/en/{journee.slug}/workspace/account")).status_code == 303


async def test_the_technical_contact_sees_who_signed_in_for_the_organisation_and_nobody_elses(
    sessions_of: Callable[[str], Sessions], settings: Settings
) -> None:
    journee = await known_day(sessions_of, settings)
    await journee.appoint("technical_contact")
    other = await journee.appoint(email="other@example.org", organisation_id=journee.ministry)
    link = await journee.mailed_link(other)
    async with browsing(settings) as http, browsing(settings) as stranger:
        await _enter(http, journee, DESK)
        begun = await stranger.post(f"{journee.api}/sign-ins", json={"link": link})
        page = (await http.get(f"/en/{journee.slug}/workspace/account/organisation")).text
        assert ADA in page
        assert "other@example.org" not in page
        told = {"authorization": f"Bearer {begun.json()['access_token']}"}
        refused = await stranger.get(f"{journee.api}/sign-ins", params={"whose": "organisation"}, headers=told)
        assert refused.status_code == 403


async def test_nobody_ends_anybody_elses(sessions_of: Callable[[str], Sessions], settings: Settings) -> None:
    journee = await known_day(sessions_of, settings)
    await journee.appoint()
    link = await journee.mailed_link(await journee.appoint(email="other@example.org"))
    async with browsing(settings) as http:
        await _enter(http, journee, DESK)
        async with journee.work() as session:
            mine = await session.scalar(select(SignIn.id))
        begun = (await http.post(f"{journee.api}/sign-ins", json={"link": link})).json()
        told = {"authorization": f"Bearer {begun['access_token']}"}
        assert (await http.post(f"{journee.api}/sign-ins/{mine}/ending", headers=told)).status_code == 404
        assert (await http.post(f"{journee.api}/sign-ins/{begun['id']}/ending", headers=told)).status_code == 204
        renewed = await http.post(f"{journee.api}/sign-ins/{begun['id']}/tokens", json={"secret": begun["secret"]})
        assert renewed.status_code == 401


async def test_a_sign_in_that_was_left_idle_gives_no_token(
    sessions_of: Callable[[str], Sessions], settings: Settings
) -> None:
    journee = await known_day(sessions_of, settings)
    link = await journee.mailed_link(await journee.appoint())
    async with browsing(settings) as http:
        begun = (await http.post(f"{journee.api}/sign-ins", json={"link": link})).json()
        async with journee.work() as session:
            (await session.scalars(select(SignIn))).one().seen_at = ago(minutes=46)
        renewed = await http.post(f"{journee.api}/sign-ins/{begun['id']}/tokens", json={"secret": begun["secret"]})
        assert (renewed.status_code, renewed.json()["type"]) == (401, "/problems/sign-in-over")


async def test_an_ended_mandate_opens_no_page_any_more_though_its_cookie_is_there(
    sessions_of: Callable[[str], Sessions], settings: Settings
) -> None:
    """At the next request, not when its token has expired."""
    journee = await known_day(sessions_of, settings)
    mandate = await journee.appoint()
    await journee.appoint("technical_contact", "chief@example.org")
    await _know_organisation(sessions_of, journee)
    async with browsing(settings) as http, browsing(settings) as chief:
        await _enter(http, journee, DESK)
        await chief.post(f"/en/{journee.slug}/sign-in", data={"email": "chief@example.org"})
        link = journee.link_in((await journee.letters())[-1])
        assert (await chief.post(f"/en/{journee.slug}/sign-in/{link}")).status_code == 303
        page = f"/en/{journee.slug}/workspace/organisations/{journee.federation}"
        shown = await chief.get(page)
        assert f"/mandates/{mandate}" in shown.text
        ended = await _press(chief, page, f"{page}/mandates/{mandate}")
        assert ended.headers["location"].endswith("?done=ended")
        assert (await http.get(f"/en/{journee.slug}/workspace/account")).status_code == 303
        assert (await chief.get(page)).status_code == 200


async def _know_organisation(sessions_of: Callable[[str], Sessions], journee: Journee) -> None:
    named = {"slug": "fed", "kind": "federation", "acronym": "FED", "name": {"fr": "Fédération"}, "name_folded": "fed"}
    key = {"tenant_id": journee.id, "id": journee.federation}
    async with unit_of_work(sessions_of("stakeholders"), journee.id) as session:
        session.add(Organisation(**key, **named, sector="", region=""))
