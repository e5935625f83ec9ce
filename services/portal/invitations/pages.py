"""The page that a speaker's letter leads to: one link, three minutes, on a phone."""

from datetime import date
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from services.portal.composing import Refused, Services
from services.portal.forms import EMPTY, Form
from services.portal.invitations.windows import availability, days_of, known, times, typed
from services.portal.visits import HTML, Doorway, require_day, require_language


class InvitationPages(Controller):
    """The link itself is what lets in, as often as it is opened: GET uses nothing up (P24)."""

    path = "/{language:str}/{tenant:str}/invitation/{link:str}"

    @get()
    async def show(
        self,
        request: Request[Any, Any, Any],
        language: FromPath[str],
        tenant: FromPath[str],
        link: FromPath[str],
        doorway: NamedDependency[Doorway],
    ) -> Response[bytes]:
        require_language(language)
        services, invitation = await _open(doorway, language, tenant, link)
        found = await services.get(f"/invitations/{invitation}")
        return await _page(doorway, request, found, EMPTY)

    @post(status_code=303)
    async def answer(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        request: Request[Any, Any, Any],
        language: FromPath[str],
        tenant: FromPath[str],
        link: FromPath[str],
        doorway: NamedDependency[Doorway],
        form: NamedDependency[Form],
    ) -> Response[Any]:
        require_language(language)
        services, invitation = await _open(doorway, language, tenant, link)
        found = await services.get(f"/invitations/{invitation}")
        said = {"answer": form.value("answer"), "availability": _windows(found, form), "reason": form.value("reason")}
        try:
            await services.post(f"/invitations/{invitation}/answer", said, key=form.key)
        except Refused as refused:
            return await _page(doorway, request, found, form.refused(refused))
        return Redirect(request.url.path, status_code=303)


async def _open(doorway: Doorway, language: str, tenant: str, link: str) -> tuple[Services, str]:
    """Exchange the link for a token that is good for this one invitation."""
    told = await doorway.services(tenant, language).post("/invitation-tokens", {"link": link})
    return doorway.services(tenant, language, told["access_token"]), str(told["invitation_id"])


async def _page(doorway: Doorway, request: Request[Any, Any, Any], found: Any, form: Form) -> Response[bytes]:
    language, tenant = request.path_params["language"], request.path_params["tenant"]
    days = _days(found)
    filled = typed(days, form.all("starts"), form.all("ends")) if form.fields else known(days, found["availability"])
    body = doorway.rendering.page(
        "invitations/invitation.html",
        language,
        day=await require_day(doorway, tenant),
        path=request.url.path.removeprefix(f"/{language}"),
        invitation=found,
        days=filled,
        times=times(),
        form=form,
    )
    return Response(body, status_code=form.status, media_type=HTML, headers={"cache-control": "no-store"})


def _windows(found: Any, form: Form) -> list[dict[str, str]]:
    if form.value("answer") != "accepted" or form.value("when") != "windows":
        return []
    return availability(typed(_days(found), form.all("starts"), form.all("ends")))


def _days(found: Any) -> list[date]:
    edition = found["edition"]
    return days_of(date.fromisoformat(edition["starts_on"]), date.fromisoformat(edition["ends_on"]))
