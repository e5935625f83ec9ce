"""A person's sign-in: its key, its end, and what the browser is never given (OWASP ASVS 5, V7 and V10)."""

import re
from collections.abc import Callable
from datetime import timedelta

from msgspec import structs
from sqlalchemy import select, update

from libs.config import Settings
from libs.db.tenancy import Sessions, unit_of_work
from libs.sealing import fingerprint
from services.identity.sign_ins.models import SignIn as IdentitySignIn
from services.portal.sign_ins.domain import IDLE, LONGEST
from services.portal.sign_ins.models import SignIn
from tests.identity.journee import now
from tests.portal.test_sign_in_pages import browsing, known_day, link_by_mail

JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")


async def test_the_browsers_key_is_long_random_and_kept_as_a_hash(
    sessions_of: Callable[[str], Sessions], settings: Settings
) -> None:
    journee = await known_day(sessions_of, settings)
    await journee.appoint()
    keys = []
    async with browsing(settings) as http:
        for _ in range(2):
            entered = await http.post(await link_by_mail(http, journee))
            keys.append(entered.cookies[f"moussem-{journee.slug}"])
    assert keys[0] != keys[1]
    assert all(re.fullmatch(r"[\w-]{43}", key) for key in keys), "256 bits, as base64url writes them"
    async with unit_of_work(sessions_of("portal"), journee.id) as session:
        assert list(await session.scalars(select(SignIn.key_hash))) == [fingerprint(keys[1])]


async def test_signing_in_again_gives_a_new_key_and_ends_the_sign_in_before(
    sessions_of: Callable[[str], Sessions], settings: Settings
) -> None:
    """A key that somebody else put into the browser, or has of it, opens nothing after the sign-in."""
    journee = await known_day(sessions_of, settings)
    await journee.appoint()
    workspace = f"/fr/{journee.slug}/workspace"
    async with browsing(settings) as http:
        await http.post(await link_by_mail(http, journee))
        before = http.cookies[f"moussem-{journee.slug}"]
        await http.post(await link_by_mail(http, journee))
        assert http.cookies[f"moussem-{journee.slug}"] != before
        assert (await http.get(workspace)).status_code == 200
        http.cookies.clear()
        old = await http.get(workspace, headers={"cookie": f"moussem-{journee.slug}={before}"})
        assert old.status_code == 303
    async with journee.work() as session:
        ended = list(await session.scalars(select(IdentitySignIn.ended_at).order_by(IdentitySignIn.began_at)))
    assert [each is None for each in ended] == [False, True]


async def test_a_sign_in_ends_when_idle_and_after_a_working_day(
    sessions_of: Callable[[str], Sessions], settings: Settings
) -> None:
    journee = await known_day(sessions_of, settings)
    await journee.appoint()
    workspace = f"/fr/{journee.slug}/workspace"
    for began, seen in ((timedelta(), IDLE), (LONGEST, timedelta())):
        async with browsing(settings) as http:
            await http.post(await link_by_mail(http, journee))
            assert (await http.get(workspace)).status_code == 200
            async with unit_of_work(sessions_of("portal"), journee.id) as session:
                past = {"began_at": now() - began, "seen_at": now() - seen}
                aged = {name: value - timedelta(seconds=1) for name, value in past.items()}
                await session.execute(update(SignIn).values(aged))
            asked = await http.get(workspace)
            assert (asked.status_code, "/sign-in?" in asked.headers["location"]) == (303, True)


async def test_no_token_ever_reaches_the_browser(sessions_of: Callable[[str], Sessions], settings: Settings) -> None:
    """Neither an access token nor what renews it: the portal keeps both, sealed."""
    journee = await known_day(sessions_of, settings)
    await journee.appoint()
    async with browsing(settings) as http:
        answers = [
            await http.post(await link_by_mail(http, journee)),
            await http.get(f"/fr/{journee.slug}/workspace"),
            await http.get(f"/fr/{journee.slug}/workspace/memberships"),
        ]
        cookies = "".join(http.cookies.values())
    told = cookies + "".join(f"{answer.headers} {answer.text}" for answer in answers)
    assert "form_token" in told
    assert JWT.search(told) is None
    async with unit_of_work(sessions_of("portal"), journee.id) as session:
        row = (await session.scalars(select(SignIn))).one()
    kept = f"{row.sealed_token} {row.sealed_secret} {row.key_hash}"
    assert JWT.search(kept) is None
    assert http.cookies[f"moussem-{journee.slug}"] not in kept


async def test_every_page_of_the_workspace_shows_how_to_leave(
    sessions_of: Callable[[str], Sessions], settings: Settings
) -> None:
    journee = await known_day(sessions_of, settings)
    await journee.appoint("co_organiser", organisation_id=journee.ministry)
    root = f"/fr/{journee.slug}/workspace"
    async with browsing(settings) as http:
        await http.post(await link_by_mail(http, journee))
        for path in ("", "/memberships", "/organisations", "/letters"):
            page = await http.get(root + path)
            assert page.status_code == 200, path
            assert f'action="{root}/sign-out"' in page.text, path


async def test_cookies_are_out_of_reach_of_scripts_and_other_sites(
    sessions_of: Callable[[str], Sessions], settings: Settings
) -> None:
    """Where there is TLS by the prefix that browsers hold to it: no other host and no plain page sets or reads it."""
    journee = await known_day(sessions_of, settings)
    await journee.appoint()
    for base, prefix in ((settings.base_url, ""), ("https://day.example", "__Host-")):
        there = structs.replace(settings, base_url=base, internal_url=base, issuer=base)
        async with browsing(there) as http:
            await http.get(f"/fr/{journee.slug}/workspace")
            wanted = await http.get(f"/fr/{journee.slug}/sign-in?next=/fr/{journee.slug}/workspace/letters")
            entered = await http.post(await link_by_mail(http, journee))
        for answer in (wanted, entered):
            [cookie, *_] = answer.headers.get_list("set-cookie")
            name, *attributes = cookie.split("; ")
            said = {each.lower() for each in attributes}
            assert name.startswith(f"{prefix}moussem-{journee.slug}")
            assert {"path=/", "httponly", "samesite=lax"} <= said
            assert ("secure" in said) == bool(prefix)
            assert not any(each.startswith("domain") for each in said)
