"""One's own account: where one is signed in, and ending that; who was signed in for the organisation."""

import asyncio
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from libs.db.tenancy import unit_of_work
from services.portal.composing import Refused
from services.portal.forms import EMPTY, Form
from services.portal.sign_ins.commands import forget
from services.portal.sign_ins.devices import called, kept
from services.portal.sign_ins.domain import named
from services.portal.visits import Doorway, Visit

_HERE = "account"
_SHOWN = 30


class AccountPages(Controller):
    path = "/{language:str}/{tenant:str}/workspace/account"

    @get()
    async def show(
        self, visit: NamedDependency[Visit], doorway: NamedDependency[Doorway], done: FromQuery[str] = ""
    ) -> Response[bytes]:
        return await _page(visit, doorway, EMPTY, done)

    @get("/organisation")
    async def organisation(self, visit: NamedDependency[Visit]) -> Response[bytes]:
        """Show who signed in for the organisation, to its technical contact and who signs for it."""
        found = await visit.services.get("/sign-ins", whose="organisation", limit="200")
        return visit.page("account/organisation.html", here=_HERE, entries=found["items"], called=called)

    @post("/sign-ins/{sign_in:uuid}", status_code=303)
    async def end(
        self, visit: NamedDependency[Visit], sign_in: FromPath[UUID], doorway: NamedDependency[Doorway]
    ) -> Redirect:
        await visit.services.post(f"/sign-ins/{sign_in}/ending")
        await _forget(doorway, visit, only=sign_in)
        return visit.go("/account?done=one")

    @post("/sign-ins", status_code=303)
    async def end_others(self, visit: NamedDependency[Visit], doorway: NamedDependency[Doorway]) -> Redirect:
        await visit.services.post("/sign-ins/ending")
        await _forget(doorway, visit, keep=visit.sign_in.id)
        return visit.go("/account?done=others")

    @post("/passkeys/questions", status_code=200)
    async def ask_for_passkey(self, visit: NamedDependency[Visit]) -> dict[str, Any]:
        """Answer the script of the page with what it asks a device."""
        question: dict[str, Any] = await visit.services.post("/passkeys/questions")
        return question

    @post("/passkeys", status_code=303)
    async def keep_passkey(
        self,
        request: Request[Any, Any, Any],
        visit: NamedDependency[Visit],
        doorway: NamedDependency[Doorway],
        form: NamedDependency[Form],
    ) -> Response[Any]:
        device = called(kept(request.headers.get("user-agent", "")))
        said = {name: form.value(name) for name in ("challenge_id", "credential")}
        try:
            await visit.services.post("/passkeys", said | {"name": form.value("name") or device or "–"})
        except Refused as refused:
            return await _page(visit, doorway, form.refused(refused))
        return visit.go("/account?done=passkey")

    @post("/passkeys/{passkey:uuid}", status_code=303)
    async def remove_passkey(self, visit: NamedDependency[Visit], passkey: FromPath[UUID]) -> Redirect:
        await visit.services.post(f"/passkeys/{passkey}/removal")
        return visit.go("/account?done=removed")


async def _page(visit: Visit, doorway: Doorway, form: Form, done: str = "") -> Response[bytes]:
    sign_ins, passkeys = await asyncio.gather(
        visit.services.get("/sign-ins", limit=str(_SHOWN)), visit.services.items("/passkeys")
    )
    return visit.page(
        "account/account.html",
        here=_HERE,
        status=form.status,
        form=form,
        entries=sign_ins["items"],
        passkeys=passkeys,
        passkeys_at=named(doorway.resources.settings.base_url),
        base_url=doorway.resources.settings.base_url,
        called=called,
        done=done,
    )


async def _forget(doorway: Doorway, visit: Visit, **which: Any) -> None:
    """Close our own doors at once, without waiting to be told."""
    tenant_id = await doorway.tenant_of(visit.tenant)
    assert tenant_id is not None  # noqa: S101 (the visit has found it)
    async with unit_of_work(doorway.sessions, tenant_id) as session:
        await forget(session, visit.sign_in.account["id"], **which)
