"""The day's organisations, who represents them, and inviting somebody to do so."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from libs.i18n.text import pick
from services.portal.composing import Refused
from services.portal.forms import EMPTY, Form
from services.portal.organisations.domain import by_kind
from services.portal.visits import Visit

ROLES = ("representative", "technical_contact")


class OrganisationPages(Controller):
    path = "/{language:str}/{tenant:str}/workspace/organisations"

    @get()
    async def list(self, visit: NamedDependency[Visit]) -> Response[bytes]:
        organisations = await visit.services.items("/organisations")
        groups = by_kind(organisations, lambda each: pick(each["name"], visit.language))
        return visit.page("organisations/list.html", here="organisations", groups=groups, number=len(organisations))

    @get("/{organisation:str}")
    async def show(self, visit: NamedDependency[Visit], organisation: FromPath[str]) -> Response[bytes]:
        return await _organisation(visit, organisation, EMPTY)

    @post("/{organisation:str}/representatives", status_code=303)
    async def invite(
        self, visit: NamedDependency[Visit], organisation: FromPath[str], form: NamedDependency[Form]
    ) -> Response[Any]:
        """Offer a mandate by a letter; it holds when the link in it has been used."""
        asked: Mapping[str, Any] = {
            "email": form.value("email"),
            "name": form.value("name"),
            "organisation_id": organisation,
            "role": form.value("role"),
            "language": form.value("language"),
        }
        try:
            await visit.services.post("/memberships", asked, key=form.key)
        except Refused as refused:
            return await _organisation(visit, organisation, form.refused(refused), refused.status)
        return visit.go(f"/organisations/{organisation}")


async def _organisation(visit: Visit, organisation: str, form: Form, status: int = 200) -> Response[bytes]:
    found = await visit.services.get(f"/organisations/{organisation}")
    memberships = await visit.services.items("/memberships") if visit.may("memberships.read") else []
    return visit.page(
        "organisations/organisation.html",
        here="organisations",
        status=status,
        organisation=found,
        members=[each for each in memberships if each["organisation_id"] == found["id"]],
        roles=ROLES,
        form=form,
    )
