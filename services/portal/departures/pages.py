"""An application asks that somebody be signed out: the person is asked, signed out, and led back to it."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from libs.web.headers import POLICY
from services.portal.consents.domain import policy_leading_to
from services.portal.departures.domain import origin_of
from services.portal.forms import Form
from services.portal.sign_ins.pages import sign_out
from services.portal.visits import Doorway, SignInAgain, Visit, require_day, visits

_LEADING = {"cache-control": "no-store", "referrer-policy": "no-referrer"}


class DeparturePages(Controller):
    path = "/{language:str}/{tenant:str}/sign-out"

    @get()
    async def ask(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        request: Request[Any, Any, Any],
        language: FromPath[str],
        tenant: FromPath[str],
        doorway: NamedDependency[Doorway],
        now: NamedDependency[datetime],
        ticket: FromQuery[str] = "",
    ) -> Response[Any]:
        """Ask who is signed in; whoever is not is led back at once."""
        await require_day(doorway, tenant)
        asked = await doorway.services(tenant, language).post("/departures", {"ticket": ticket})
        try:
            visit = await visits(doorway)(request, language, tenant, now)
        except SignInAgain:
            return Redirect(asked["leads_to"] or f"/{language}/{tenant}", status_code=303, headers=_LEADING)
        page = visit.page("departures/question.html", asked=asked, ticket=ticket)
        page.headers["content-security-policy"] = policy_leading_to(POLICY, origin_of(asked["leads_to"]))
        return page

    @post(status_code=303)
    async def leave(
        self, visit: NamedDependency[Visit], doorway: NamedDependency[Doorway], form: NamedDependency[Form]
    ) -> Redirect:
        """Sign out, and let this application act no more in one's name."""
        asked = await visit.services.post("/departures", {"ticket": form.value("ticket")})
        for consent in await visit.services.items("/consents"):
            if consent["client_id"] == asked["client_id"]:
                await visit.services.change("DELETE", f"/consents/{consent['id']}", etag="*")
        answer = await sign_out(doorway, visit)
        if asked["leads_to"]:
            answer.url = asked["leads_to"]
        return answer
