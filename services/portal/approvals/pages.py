"""Approvals: what is proposed, before and after, who has signed; and proposing, signing, refusing, taking back."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from services.portal.approvals.domain import moved, removed
from services.portal.approvals.everywhere import approvals_of
from services.portal.composing import Refused
from services.portal.forms import EMPTY, Form
from services.portal.visits import Visit

PROPOSED = ("theme", "announcement")
_EDITION = "/{language:str}/{tenant:str}/workspace/editions/{edition:str}"


class EditionApprovalPages(Controller):
    path = f"{_EDITION}/approvals"

    @get()
    async def list(self, visit: NamedDependency[Visit], edition: FromPath[str]) -> Response[bytes]:
        found = visit.edition(edition)
        approvals = await approvals_of(visit.services, edition, drafts=visit.may("programme.read"))
        mine = [each for each in approvals if visit.organisation_id in each["waiting"]]
        return visit.page("approvals/list.html", here="approvals", edition=found, approvals=approvals, mine=mine)

    @get("/{kind:str}")
    async def write(
        self, visit: NamedDependency[Visit], edition: FromPath[str], kind: FromPath[str]
    ) -> Response[bytes]:
        """Show the form of a proposal, or the proposal of that id."""
        if kind in PROPOSED:
            return _proposal(visit, edition, kind, EMPTY)
        return await _approval(visit, edition, f"/editions/{edition}/approvals/{kind}", EMPTY)

    @post("/{kind:str}", status_code=303)
    async def propose(
        self, visit: NamedDependency[Visit], edition: FromPath[str], kind: FromPath[str], form: NamedDependency[Form]
    ) -> Response[Any]:
        if kind not in PROPOSED:
            raise NotFoundException
        address = f"/editions/{edition}/approvals"
        try:
            said = {"kind": kind, "content": _content(kind, form)}
            proposed = await visit.services.post(address, said, key=form.key)
        except Refused as refused:
            return _proposal(visit, edition, kind, form.refused(refused))
        return visit.go(f"{address}/{proposed['id']}")

    @post("/{approval:str}/{decision:str}", status_code=303)
    async def decide(
        self,
        visit: NamedDependency[Visit],
        edition: FromPath[str],
        approval: FromPath[str],
        decision: FromPath[str],
        form: NamedDependency[Form],
    ) -> Response[Any]:
        address = f"/editions/{edition}/approvals/{approval}"
        refused = await _decide(visit, address, decision, form)
        return await _approval(visit, edition, address, form.refused(refused)) if refused else visit.go(address)


class DraftApprovalPages(Controller):
    """The same of a draft of the programme: with the last signature it is released."""

    path = f"{_EDITION}/programme/drafts/{{draft:str}}/approvals"

    @post(status_code=303)
    async def propose(
        self, visit: NamedDependency[Visit], edition: FromPath[str], draft: FromPath[str], form: NamedDependency[Form]
    ) -> Response[Any]:
        proposed = await visit.services.post(f"/drafts/{draft}/approvals", key=form.key)
        return visit.go(f"/editions/{edition}/programme/drafts/{draft}/approvals/{proposed['id']}")

    @get("/{approval:str}")
    async def show(
        self, visit: NamedDependency[Visit], edition: FromPath[str], draft: FromPath[str], approval: FromPath[str]
    ) -> Response[bytes]:
        return await _approval(visit, edition, f"/drafts/{draft}/approvals/{approval}", EMPTY)

    @post("/{approval:str}/{decision:str}", status_code=303)
    async def decide(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        visit: NamedDependency[Visit],
        edition: FromPath[str],
        draft: FromPath[str],
        approval: FromPath[str],
        decision: FromPath[str],
        form: NamedDependency[Form],
    ) -> Response[Any]:
        address = f"/drafts/{draft}/approvals/{approval}"
        refused = await _decide(visit, address, decision, form)
        if refused:
            return await _approval(visit, edition, address, form.refused(refused))
        return visit.go(f"/editions/{edition}/programme{address}")


async def _decide(visit: Visit, address: str, decision: str, form: Form) -> Refused | None:
    """Sign, refuse or take back exactly what was read: its hash travels with the form. Return why not."""
    said = {
        "signatures": {"sha256": form.value("sha256"), "comment": form.value("comment")},
        "refusals": {"reason": form.value("reason")},
        "withdrawal": None,
    }
    if decision not in said:
        raise NotFoundException
    try:
        await visit.services.post(f"{address}/{decision}", said[decision], key=form.key)
    except Refused as refused:
        return refused
    return None


async def _approval(visit: Visit, edition: str, address: str, form: Form) -> Response[bytes]:
    found = await visit.services.get(address)
    release = found["kind"] == "release"
    return visit.page(
        "approvals/approval.html",
        here="programme" if release else "approvals",
        edition=visit.edition(edition),
        status=form.status,
        approval=found,
        address=f"{visit.root}{f'/editions/{edition}/programme' if release else ''}{address}",
        moves=moved(found["before"], found["content"]) if release else [],
        removed=removed(found["before"], found["content"]) if release else [],
        form=form,
    )


def _proposal(visit: Visit, edition: str, kind: str, form: Form) -> Response[bytes]:
    found = visit.edition(edition)
    return visit.page(f"approvals/{kind}.html", here="approvals", edition=found, status=form.status, form=form)


def _content(kind: str, form: Form) -> dict[str, Any]:
    if kind == "theme":
        return {"theme": form.text("theme")}
    return {
        "starts_on": form.value("starts_on"),
        "ends_on": form.value("ends_on"),
        "city": form.text("city"),
        "region": form.value("region"),
    }
