"""Approvals of an edition: what is proposed, before and after, who has signed; and proposing, signing, refusing."""

import asyncio
from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from services.portal.composing import Refused
from services.portal.forms import EMPTY, Form
from services.portal.visits import Visit

PROPOSED = ("theme", "announcement")


class ApprovalPages(Controller):
    path = "/{language:str}/{tenant:str}/workspace/editions/{edition:str}/approvals"

    @get()
    async def list(self, visit: NamedDependency[Visit], edition: FromPath[str]) -> Response[bytes]:
        found = visit.edition(edition)
        approvals = await visit.services.items(f"/editions/{edition}/approvals")
        mine = [each for each in approvals if visit.organisation_id in each["waiting"]]
        return visit.page("approvals/list.html", here="approvals", edition=found, approvals=approvals, mine=mine)

    @get("/{kind:str}")
    async def write(
        self, visit: NamedDependency[Visit], edition: FromPath[str], kind: FromPath[str]
    ) -> Response[bytes]:
        if kind in PROPOSED:
            return await _proposal(visit, visit.edition(edition), kind, EMPTY)
        return await _approval(visit, visit.edition(edition), kind, EMPTY)

    @post("/{kind:str}", status_code=303)
    async def propose(
        self, visit: NamedDependency[Visit], edition: FromPath[str], kind: FromPath[str], form: NamedDependency[Form]
    ) -> Response[Any]:
        found = visit.edition(edition)
        if kind not in PROPOSED:
            raise NotFoundException
        try:
            proposed = await visit.services.post(
                f"/editions/{edition}/approvals", {"kind": kind, "content": _content(kind, form)}, key=form.key
            )
        except Refused as refused:
            return await _proposal(visit, found, kind, form.refused(refused), status=refused.status)
        return visit.go(f"/editions/{edition}/approvals/{proposed['id']}")

    @post("/{approval:str}/{decision:str}", status_code=303)
    async def decide(
        self,
        visit: NamedDependency[Visit],
        edition: FromPath[str],
        approval: FromPath[str],
        decision: FromPath[str],
        form: NamedDependency[Form],
    ) -> Response[Any]:
        """Sign, refuse or take back exactly what was read: its hash travels with the form."""
        said = {
            "signatures": {"sha256": form.value("sha256"), "comment": form.value("comment")},
            "refusals": {"reason": form.value("reason")},
            "withdrawal": None,
        }
        if decision not in said:
            raise NotFoundException
        address = f"/editions/{edition}/approvals/{approval}"
        try:
            await visit.services.post(f"{address}/{decision}", said[decision], key=form.key)
        except Refused as refused:
            return await _approval(visit, visit.edition(edition), approval, form.refused(refused), refused.status)
        return Redirect(f"{visit.root}{address}", status_code=303)


async def _approval(
    visit: Visit, edition: dict[str, Any], approval: str, form: Form, status: int = 200
) -> Response[bytes]:
    found, panels = await asyncio.gather(
        visit.services.get(f"/editions/{edition['slug']}/approvals/{approval}"),
        visit.services.items(f"/editions/{edition['slug']}/panels"),
    )
    shown = {
        "approval": found,
        "panels": {each["id"]: each for each in panels},
        "form": form,
    }
    return visit.page("approvals/approval.html", here="approvals", edition=edition, status=status, **shown)


async def _proposal(
    visit: Visit, edition: dict[str, Any], kind: str, form: Form, *, status: int = 200
) -> Response[bytes]:
    return visit.page(f"approvals/{kind}.html", here="approvals", edition=edition, status=status, form=form)


def _content(kind: str, form: Form) -> dict[str, Any]:
    if kind == "theme":
        return {"theme": form.text("theme")}
    return {
        "starts_on": form.value("starts_on"),
        "ends_on": form.value("ends_on"),
        "city": form.text("city"),
        "region": form.value("region"),
    }
