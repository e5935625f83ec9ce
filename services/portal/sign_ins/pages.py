"""Signing in by a link, choosing for whom one acts, signing out. A link is used up by the button, not by opening it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from msgspec import Struct

from libs.db.tenancy import unit_of_work
from services.portal.composing import Refused
from services.portal.sign_ins.commands import act_for, begin, end, sign_in
from services.portal.sign_ins.domain import LONGEST
from services.portal.visits import HTML, Doorway, Visit, require_day, require_language


class Asked(Struct, frozen=True):
    """The address that a link is asked for."""

    email: str = ""


class Chosen(Struct, frozen=True):
    membership_id: UUID
    form_token: str = ""


class SignInPages(Controller):
    path = "/{language:str}/{tenant:str}"

    @get("/sign-in")
    async def ask(
        self, language: FromPath[str], tenant: FromPath[str], doorway: NamedDependency[Doorway]
    ) -> Response[bytes]:
        return await _page(doorway, language, tenant, "sign_ins/ask.html")

    @post("/sign-in", status_code=200)
    async def send_link(
        self,
        language: FromPath[str],
        tenant: FromPath[str],
        data: URLEncodedBody[Asked],
        doorway: NamedDependency[Doorway],
    ) -> Response[bytes]:
        """Ask for a link; the answer is the same whether the address is known or not."""
        try:
            await doorway.services(tenant, language).post(
                "/sign-in-links", {"email": data.email.strip(), "language": language}
            )
        except Refused as refused:
            errors = refused.by_field() or {"email": refused.detail}
            return await _page(doorway, language, tenant, "sign_ins/ask.html", 400, errors=errors, email=data.email)
        demo = doorway.resources.settings.demo
        return await _page(doorway, language, tenant, "sign_ins/sent.html", email=data.email, demo=demo)

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
        day = await require_day(doorway, tenant)
        try:
            told = await sign_in(doorway.services(tenant, language), link)
        except Refused as refused:
            return await _page(doorway, language, tenant, "sign_ins/link.html", refused.status, refused=refused)
        tenant_id = await doorway.tenant_of(day.slug)
        assert tenant_id is not None  # noqa: S101 (require_day has found it)
        async with unit_of_work(doorway.sessions, tenant_id) as session:
            key = await begin(session, tenant_id, told, now, doorway.resources.settings.key)
        wanted = _own_path(request.query_params.get("next", "")) or f"/{language}/{tenant}/workspace"
        choice = f"/{language}/{tenant}/workspace/memberships"
        return _enter(doorway, tenant, key, choice if told["to_choose"] else wanted)

    @get("/workspace/memberships")
    async def choices(self, visit: NamedDependency[Visit]) -> Response[bytes]:
        return visit.page("sign_ins/memberships.html")

    @post("/workspace/memberships", status_code=303)
    async def choose(
        self,
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
        return visit.go("")

    @post("/workspace/sign-out", status_code=303)
    async def leave(self, visit: NamedDependency[Visit], doorway: NamedDependency[Doorway]) -> Redirect:
        tenant_id = await doorway.tenant_of(visit.tenant)
        assert tenant_id is not None  # noqa: S101 (the visit has found it)
        async with unit_of_work(doorway.sessions, tenant_id) as session:
            await end(session, visit.sign_in.id, visit.services, doorway.resources.settings.key)
        answer = Redirect(f"/{visit.language}/{visit.tenant}", status_code=303)
        answer.delete_cookie(doorway.cookie(visit.tenant))
        return answer


async def _page(
    doorway: Doorway, language: str, tenant: str, template: str, status: int = 200, **facts: Any
) -> Response[bytes]:
    require_language(language)
    day = await require_day(doorway, tenant)
    known = {"errors": {}, "email": "", "refused": None, "path": f"/{tenant}/sign-in", **facts}
    body = doorway.rendering.page(template, language, day=day, **known)
    return Response(body, status_code=status, media_type=HTML, headers={"cache-control": "no-store"})


def _enter(doorway: Doorway, tenant: str, key: str, path: str) -> Redirect:
    cookie = Cookie(
        key=doorway.cookie(tenant),
        value=key,
        path="/",
        max_age=int(LONGEST.total_seconds()),
        httponly=True,
        secure=doorway.resources.settings.secure,
        samesite="lax",
    )
    return Redirect(path, status_code=303, cookies=[cookie])


def _own_path(wanted: str) -> str:
    """Return a path of ours, or nothing for what would lead elsewhere."""
    return wanted if wanted.startswith("/") and not wanted.startswith(("//", "/\\")) else ""
