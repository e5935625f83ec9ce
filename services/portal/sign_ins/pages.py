"""Signing in by a link, choosing for whom one acts, signing out. A link is used up by the button, not by opening it."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from msgspec import Struct

from libs.db.tenancy import unit_of_work
from libs.i18n.catalogues import translator
from libs.i18n.folding import western_digits
from libs.sealing import is_link, new_link
from services.portal.composing import Refused
from services.portal.sign_ins.commands import (
    act_for,
    begin,
    end,
    end_with_key,
    sign_in,
    sign_in_by_code,
    sign_in_by_passkey,
)
from services.portal.sign_ins.devices import kept
from services.portal.sign_ins.domain import LONGEST, WANTED_FOR, own_page
from services.portal.visits import HTML, Doorway, Visit, require_day, require_language


class Asked(Struct, frozen=True):
    """The address that a link is asked for."""

    email: str = ""


class Typed(Struct, frozen=True):
    """A code; `email` is what the page showed, to be shown again."""

    code: str = ""
    email: str = ""


class Shown(Struct, frozen=True):
    """A device's answer to the question of that number."""

    challenge_id: UUID
    credential: str


class Chosen(Struct, frozen=True):
    membership_id: UUID
    form_token: str = ""


class SignInPages(Controller):
    path = "/{language:str}/{tenant:str}"

    @get("/sign-in")
    async def ask(
        self,
        request: Request[Any, Any, Any],
        language: FromPath[str],
        tenant: FromPath[str],
        doorway: NamedDependency[Doorway],
    ) -> Response[bytes]:
        """Ask for an address; the browser remembers the page that it came from, whichever link signs it in then."""
        page = await _page(doorway, language, tenant, "sign_ins/ask.html")
        if wanted := own_page(request.query_params.get("next", ""), tenant):
            page.set_cookie(_cookie(doorway, _wanted(doorway, tenant), quote(wanted), WANTED_FOR))
        return page

    @post("/sign-in", status_code=200)
    async def send_link(
        self,
        request: Request[Any, Any, Any],
        language: FromPath[str],
        tenant: FromPath[str],
        data: URLEncodedBody[Asked],
        doorway: NamedDependency[Doorway],
    ) -> Response[bytes]:
        """Ask for a link; the answer is the same whether the address is known or not.

        The link signs in here: in another browser it shows a code, to be typed on the page that answers this.
        """
        browser = _asked_with(doorway, request, tenant) or new_link()
        asked = {"email": data.email.strip(), "language": language, "browser": browser}
        try:
            await doorway.services(tenant, language).post("/sign-in-links", asked)
        except Refused as refused:
            errors = refused.by_field() or {"email": refused.detail}
            return await _page(doorway, language, tenant, "sign_ins/ask.html", 400, errors=errors, email=data.email)
        page = await _sent(doorway, language, tenant, email=data.email)
        page.set_cookie(_cookie(doorway, _asking(doorway, tenant), browser, WANTED_FOR))
        return page

    @post("/sign-in/code", status_code=303)
    async def use_code(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        request: Request[Any, Any, Any],
        language: FromPath[str],
        tenant: FromPath[str],
        data: URLEncodedBody[Typed],
        doorway: NamedDependency[Doorway],
        now: NamedDependency[datetime],
    ) -> Response[Any]:
        """Sign in by the code that the letter's link shows in another browser."""
        code = "".join(western_digits(data.code).split())
        browser = _asked_with(doorway, request, tenant) or new_link()  # a secret that nothing was asked with
        try:
            told = await sign_in_by_code(doorway.services(tenant, language), code, browser, _device(request))
        except Refused as refused:
            errors = {"code": " ".join(filter(None, (refused.detail, refused.remedy)))}
            if refused.kind == "request-malformed":
                _ = translator(language)
                errors = {"code": _("The code has eight digits.")}
            return await _sent(doorway, language, tenant, refused.status, errors=errors, email=data.email)
        return await _enter(doorway, request, language, tenant, told, now)

    @post("/sign-in/passkey-questions", status_code=200)
    async def ask_for_passkey(
        self, language: FromPath[str], tenant: FromPath[str], doorway: NamedDependency[Doorway]
    ) -> dict[str, Any]:
        """Answer the script of the page with what it asks a device."""
        question: dict[str, Any] = await doorway.services(tenant, language).post("/sign-ins/passkey-questions")
        return question

    @post("/sign-in/passkey", status_code=303)
    async def use_passkey(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        request: Request[Any, Any, Any],
        language: FromPath[str],
        tenant: FromPath[str],
        data: URLEncodedBody[Shown],
        doorway: NamedDependency[Doorway],
        now: NamedDependency[datetime],
    ) -> Response[Any]:
        services = doorway.services(tenant, language)
        try:
            told = await sign_in_by_passkey(services, data.challenge_id, data.credential, _device(request))
        except Refused as refused:
            return await _page(doorway, language, tenant, "sign_ins/ask.html", refused.status, refused=refused)
        return await _enter(doorway, request, language, tenant, told, now)

    @get(["/sign-in/{link:str}", "/sign-in/persona/{link:str}"])
    async def link(
        self,
        language: FromPath[str],
        tenant: FromPath[str],
        link: FromPath[str],
        doorway: NamedDependency[Doorway],
    ) -> Response[bytes]:
        """Show a button: mail scanners open links, and must not use them up."""
        assert link  # noqa: S101 (the form posts to this same address)
        return await _page(doorway, language, tenant, "sign_ins/link.html")

    @post(["/sign-in/{link:str}", "/sign-in/persona/{link:str}"], status_code=303)
    async def use_link(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        request: Request[Any, Any, Any],
        language: FromPath[str],
        tenant: FromPath[str],
        link: FromPath[str],
        doorway: NamedDependency[Doorway],
        now: NamedDependency[datetime],
    ) -> Response[Any]:
        await require_day(doorway, tenant)
        browser = _asked_with(doorway, request, tenant)
        try:
            told = await sign_in(doorway.services(tenant, language), link, browser, _device(request))
        except Refused as refused:
            return await _page(doorway, language, tenant, "sign_ins/link.html", refused.status, refused=refused)
        return await _enter(doorway, request, language, tenant, told, now)

    @get("/workspace/memberships")
    async def choices(self, visit: NamedDependency[Visit]) -> Response[bytes]:
        return visit.page("sign_ins/memberships.html")

    @post("/workspace/memberships", status_code=303)
    async def choose(
        self,
        request: Request[Any, Any, Any],
        data: URLEncodedBody[Chosen],
        visit: NamedDependency[Visit],
        doorway: NamedDependency[Doorway],
        now: NamedDependency[datetime],
    ) -> Redirect:
        tenant_id = await doorway.tenant_of(visit.tenant)
        assert tenant_id is not None  # noqa: S101 (the visit has found it)
        async with unit_of_work(doorway.sessions, tenant_id) as session:
            await act_for(
                session, visit.sign_in, data.membership_id, visit.services, now, doorway.resources.settings.key
            )
        return _go_on(doorway, request, visit.language, visit.tenant)

    @post("/workspace/sign-out", status_code=303)
    async def leave(self, visit: NamedDependency[Visit], doorway: NamedDependency[Doorway]) -> Redirect:
        return await sign_out(doorway, visit)


async def sign_out(doorway: Doorway, visit: Visit) -> Redirect:
    """End a visit's sign-in; lead to the day's page."""
    tenant_id = await doorway.tenant_of(visit.tenant)
    assert tenant_id is not None  # noqa: S101 (the visit has found it)
    async with unit_of_work(doorway.sessions, tenant_id) as session:
        await end(session, visit.sign_in.id, visit.services, doorway.resources.settings.key)
    answer = Redirect(f"/{visit.language}/{visit.tenant}", status_code=303)
    answer.set_cookie(_forgotten(doorway, doorway.cookie(visit.tenant)))
    return answer


async def _page(
    doorway: Doorway, language: str, tenant: str, template: str, status: int = 200, **facts: Any
) -> Response[bytes]:
    require_language(language)
    day = await require_day(doorway, tenant)
    known = {"errors": {}, "email": "", "refused": None, "path": f"/{tenant}/sign-in", **facts}
    body = doorway.rendering.page(template, language, day=day, **known)
    return Response(body, status_code=status, media_type=HTML, headers={"cache-control": "no-store"})


async def _enter(  # noqa: PLR0913, PLR0917 (who, where, when)
    doorway: Doorway, request: Request[Any, Any, Any], language: str, tenant: str, told: dict[str, Any], now: datetime
) -> Redirect:
    """Begin a sign-in of the portal, with a new key for the browser; lead to the choice of a mandate, or on.

    The one that the browser had before ends.
    """
    tenant_id = await doorway.tenant_of(tenant)
    assert tenant_id is not None  # noqa: S101 (identity has just signed somebody in there)
    earlier = request.cookies.get(doorway.cookie(tenant), "")
    async with unit_of_work(doorway.sessions, tenant_id) as session:
        if earlier:
            await end_with_key(session, earlier, doorway.services(tenant, language), doorway.resources.settings.key)
        key = await begin(session, tenant_id, told, now, doorway.resources.settings.key)
    cookie = _cookie(doorway, doorway.cookie(tenant), key, LONGEST)
    if told["to_choose"]:
        return Redirect(f"/{language}/{tenant}/workspace/memberships", status_code=303, cookies=[cookie])
    return _go_on(doorway, request, language, tenant, cookie)


async def _sent(doorway: Doorway, language: str, tenant: str, status: int = 200, **facts: Any) -> Response[bytes]:
    demo = doorway.resources.settings.demo
    return await _page(doorway, language, tenant, "sign_ins/sent.html", status, demo=demo, **facts)


def _go_on(doorway: Doorway, request: Request[Any, Any, Any], language: str, tenant: str, *cookies: Cookie) -> Redirect:
    """Lead to the page that was wanted before the sign-in, else to the first of the workspace."""
    wanted = own_page(unquote(request.cookies.get(_wanted(doorway, tenant), "")), tenant)
    answer = Redirect(wanted or f"/{language}/{tenant}/workspace", status_code=303, cookies=list(cookies))
    if wanted:
        answer.set_cookie(_forgotten(doorway, _wanted(doorway, tenant)))
    return answer


def _device(request: Request[Any, Any, Any]) -> str:
    return kept(request.headers.get("user-agent", ""))


def _asking(doorway: Doorway, tenant: str) -> str:
    """Return the name of the cookie with the secret that a browser asks for links with."""
    return f"{doorway.cookie(tenant)}-asking"


def _asked_with(doorway: Doorway, request: Request[Any, Any, Any], tenant: str) -> str:
    """Return the secret that this browser asked for links with, as long as it looks like one of ours; else nothing."""
    secret = request.cookies.get(_asking(doorway, tenant), "")
    return secret if is_link(secret) else ""


def _wanted(doorway: Doorway, tenant: str) -> str:
    """Return the name of the cookie with the page that was wanted."""
    return f"{doorway.cookie(tenant)}-wanted"


def _forgotten(doorway: Doorway, name: str) -> Cookie:
    """Return what takes a cookie away: as secure as it was, else no browser lets it touch a `__Host-` one."""
    return _cookie(doorway, name, "", timedelta())


def _cookie(doorway: Doorway, name: str, value: str, good_for: timedelta) -> Cookie:
    return Cookie(
        key=name,
        value=value,
        path="/",
        max_age=int(good_for.total_seconds()),
        httponly=True,
        secure=doorway.resources.settings.secure,
        samesite="lax",
    )
