"""One's own account: where one is signed in, and ending that; who was signed in for the organisation."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from libs.db.tenancy import unit_of_work
from services.portal.sign_ins.commands import forget
from services.portal.sign_ins.devices import called
from services.portal.visits import Doorway, Visit

_HERE = "account"
_SHOWN = 30


class AccountPages(Controller):
    path = "/{language:str}/{tenant:str}/workspace/account"

    @get()
    async def show(self, visit: NamedDependency[Visit], done: FromQuery[str] = "") -> Response[bytes]:
        found = await visit.services.get("/sign-ins", limit=str(_SHOWN))
        return visit.page("account/account.html", here=_HERE, entries=found["items"], called=called, done=done)

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


async def _forget(doorway: Doorway, visit: Visit, **which: Any) -> None:
    """Close our own doors at once, without waiting to be told."""
    tenant_id = await doorway.tenant_of(visit.tenant)
    assert tenant_id is not None  # noqa: S101 (the visit has found it)
    async with unit_of_work(doorway.sessions, tenant_id) as session:
        await forget(session, visit.sign_in.account["id"], **which)
