"""An application asks to act in somebody's name: who asks, for whom one acts, what it may; yes, no, and ending it."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from libs.db.tenancy import unit_of_work
from libs.web.headers import POLICY
from services.portal.consents.domain import policy_leading_to
from services.portal.forms import Form
from services.portal.sign_ins.commands import end
from services.portal.visits import HTML, Doorway, Visit, require_language

_HERE = "consents"
_LEADING = {"cache-control": "no-store", "referrer-policy": "no-referrer"}


class ConsentPages(Controller):
    path = "/{language:str}/{tenant:str}/workspace/consents"

    @get()
    async def show(self, visit: NamedDependency[Visit]) -> Response[bytes]:
        found = await visit.services.items("/consents")
        return visit.page("consents/list.html", here=_HERE, consents=found)

    @get("/{consent:uuid}")
    async def ask(
        self, visit: NamedDependency[Visit], consent: FromPath[UUID], doorway: NamedDependency[Doorway]
    ) -> Response[Any]:
        """Show the question. The page may lead to the application's address, and to no other, with the answer."""
        question = await visit.services.get(f"/consents/{consent}")
        if question["sign_in_again"]:
            return await _sign_in_again(visit, consent, doorway)
        page = visit.page("consents/question.html", question=question)
        page.headers["content-security-policy"] = policy_leading_to(POLICY, question["origin"])
        return page

    @post("/{consent:uuid}", status_code=303)
    async def answer(
        self, visit: NamedDependency[Visit], consent: FromPath[UUID], form: NamedDependency[Form]
    ) -> Response[Any]:
        granted = form.value("answer") == "yes"
        told = await visit.services.post(f"/consents/{consent}/decision", {"granted": granted})
        return Redirect(told["redirect_to"], status_code=303, headers=_LEADING)

    @post("/{consent:uuid}/end", status_code=303)
    async def end(self, visit: NamedDependency[Visit], consent: FromPath[UUID]) -> Response[Any]:
        await visit.services.change("DELETE", f"/consents/{consent}", etag="*")
        return visit.go("/consents")


@get("/{language:str}/api/refused")
async def refused(
    language: FromPath[str], doorway: NamedDependency[Doorway], reason: FromQuery[str] = ""
) -> Response[bytes]:
    """Tell a person that an application's question is not one that we can ask: nothing leads back to it."""
    require_language(language)
    body = doorway.rendering.page("consents/refused.html", language, day=None, unknown=reason == "client")
    return Response(body, status_code=400, media_type=HTML, headers=_LEADING)


async def _sign_in_again(visit: Visit, consent: UUID, doorway: Doorway) -> Redirect:
    """End the sign-in that is too old for the application, and come back by a new one."""
    tenant_id = await doorway.tenant_of(visit.tenant)
    assert tenant_id is not None  # noqa: S101 (the visit has found it)
    async with unit_of_work(doorway.sessions, tenant_id) as session:
        await end(session, visit.sign_in.id, visit.services, doorway.resources.settings.key)
    back = quote(f"{visit.root}/consents/{consent}")
    return Redirect(f"/{visit.language}/{visit.tenant}/sign-in?next={back}", status_code=303)
