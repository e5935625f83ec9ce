"""The organisations of a day: a directory by kind, who acts for each, inviting a representative by a letter."""

import asyncio
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from libs.db.tenancy import unit_of_work
from services.portal.composing import Refused
from services.portal.forms import EMPTY, Form
from services.portal.organisations.domain import FOR_AN_ORGANISATION, directory, may_end
from services.portal.rendering import plain
from services.portal.sign_ins.commands import forget_mandate
from services.portal.visits import Doorway, Visit


class OrganisationPages(Controller):
    path = "/{language:str}/{tenant:str}/workspace/organisations"

    @get()
    async def show(
        self, visit: NamedDependency[Visit], kind: FromQuery[str] = "", name: FromQuery[str] = ""
    ) -> Response[bytes]:
        wanted = {"name": name.strip()} if name.strip() else {}
        found, memberships = await asyncio.gather(visit.services.items("/organisations", **wanted), _memberships(visit))
        entries = directory(found, memberships)
        return visit.page(
            "organisations/directory.html",
            here="organisations",
            kinds=list(entries),
            kind=kind if kind in entries else "",
            name=name.strip(),
            directory={each: entries[each] for each in entries if kind not in entries or each == kind},
            sees_mandates=visit.may("memberships.invite"),
        )

    @get("/new")
    async def ask(self, visit: NamedDependency[Visit]) -> Response[bytes]:
        return await _new(visit, EMPTY)

    @post("/new", status_code=303)
    async def add(self, visit: NamedDependency[Visit], form: NamedDependency[Form]) -> Response[Any]:
        typed = {name: form.value(name) for name in ("slug", "kind", "acronym", "sector", "region", "parent_id")}
        command = {name: value for name, value in typed.items() if value} | {"name": form.text("name")}
        try:
            made = await visit.services.post("/organisations", command, key=form.key)
        except Refused as refused:
            return await _new(visit, form.refused(refused))
        return visit.go(f"/organisations/{made['id']}?done=added")

    @get("/{organisation:uuid}")
    async def one(
        self, visit: NamedDependency[Visit], organisation: FromPath[UUID], done: FromQuery[str] = ""
    ) -> Response[bytes]:
        return await _one(visit, organisation, EMPTY, done)

    @post("/{organisation:uuid}/invitations", status_code=303)
    async def invite(
        self, visit: NamedDependency[Visit], organisation: FromPath[UUID], form: NamedDependency[Form]
    ) -> Response[Any]:
        """Offer a mandate by a letter; the page then says to whom it is on its way."""
        command = {
            "email": form.value("email"),
            "name": form.value("name"),
            "organisation_id": organisation,
            "role": form.value("role"),
            "language": form.value("language"),
            "valid_until": form.value("valid_until") or None,
        }
        try:
            invited = await visit.services.post("/memberships", command, key=form.key)
        except Refused as refused:
            return await _one(visit, organisation, form.refused(refused))
        return visit.go(f"/organisations/{organisation}?done={invited['id']}")

    @post("/{organisation:uuid}/mandates/{mandate:uuid}", status_code=303)
    async def end(
        self,
        visit: NamedDependency[Visit],
        organisation: FromPath[UUID],
        mandate: FromPath[UUID],
        doorway: NamedDependency[Doorway],
    ) -> Response[Any]:
        """End a mandate; whoever acts for it at this moment does so no more."""
        try:
            await visit.services.post(f"/memberships/{mandate}/ending")
        except Refused as refused:
            return await _one(visit, organisation, EMPTY.refused(refused))
        tenant_id = await doorway.tenant_of(visit.tenant)
        assert tenant_id is not None  # noqa: S101 (the visit has found it)
        async with unit_of_work(doorway.sessions, tenant_id) as session:
            await forget_mandate(session, mandate)
        return visit.go(f"/organisations/{organisation}?done=ended")


async def _memberships(visit: Visit) -> list[dict[str, Any]]:
    return await visit.services.items("/memberships") if visit.may("memberships.read") else []


async def _new(visit: Visit, form: Form) -> Response[bytes]:
    found = await visit.services.items("/organisations")
    parents = [(each["id"], each["acronym"] or plain(each["name"], visit.language)) for each in found]
    return visit.page(
        "organisations/new.html",
        here="organisations",
        status=form.status,
        form=form,
        parents=sorted(parents, key=lambda option: option[1].casefold()),
        regions=[(region, plain(name, visit.language)) for region, name in visit.regions.items()],
    )


async def _one(visit: Visit, organisation: UUID, form: Form, done: str = "") -> Response[bytes]:
    found, memberships = await asyncio.gather(visit.services.get(f"/organisations/{organisation}"), _memberships(visit))
    mandates = [each for each in memberships if each["organisation_id"] == found["id"]]
    theirs = visit.organisation_id == found["id"]
    own = visit.role == "administrator" or theirs
    return visit.page(
        "organisations/organisation.html",
        here="organisations",
        status=form.status,
        form=form,
        organisation=found,
        memberships=mandates,
        invited=next((each for each in mandates if each["id"] == done), None),
        done=done,
        sees_mandates=visit.may("memberships.invite") or bool(mandates),
        may_end=[each["id"] for each in mandates if may_end(visit.role, each, own=theirs)],
        may_give=[role for role in FOR_AN_ORGANISATION if role != "co_organiser" or own],
    )
