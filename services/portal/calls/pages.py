"""The call for nominations: its dates, who was called, how much of each quota is used, who is silent."""

import asyncio
from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from msgspec import Struct

from libs.i18n.catalogues import translator
from services.portal.calls.domain import called, silent, whole_number
from services.portal.composing import Refused
from services.portal.forms import EMPTY, Form
from services.portal.rendering import plain
from services.portal.visits import Visit

_NEW = "*"  # the version of a quota that does not exist yet


class Situation(Struct, frozen=True, kw_only=True):
    """A call and what is known around it; an edition may have no call yet."""

    edition: dict[str, Any]
    organisations: list[dict[str, Any]]
    call: dict[str, Any] | None = None
    quotas: list[dict[str, Any]] = []
    nominations: list[dict[str, Any]] = []
    memberships: list[dict[str, Any]] = []


class CallPages(Controller):
    path = "/{language:str}/{tenant:str}/workspace/editions/{edition:str}/call"

    @get()
    async def show(
        self, visit: NamedDependency[Visit], edition: FromPath[str], done: FromQuery[str] = ""
    ) -> Response[bytes]:
        return _page(visit, await _situation(visit, edition), done=done)

    @post(status_code=303)
    async def date(
        self, visit: NamedDependency[Visit], edition: FromPath[str], form: NamedDependency[Form]
    ) -> Response[Any]:
        """Give the call its dates: a new one is a draft until it is opened."""
        found = visit.edition(edition)
        dates = {name: _moment(form.value(name)) for name in ("opens_at", "closes_at")}
        try:
            if form.value("call_id"):
                await _change(visit, form, dates)
            else:
                await visit.services.post("/calls", {"edition_id": found["id"], **dates}, key=form.key)
        except Refused as refused:
            return _page(visit, await _situation(visit, edition), form=form.refused(refused))
        return visit.go(f"/editions/{edition}/call?done=dated")

    @post("/state", status_code=303)
    async def open_or_close(
        self, visit: NamedDependency[Visit], edition: FromPath[str], form: NamedDependency[Form]
    ) -> Response[Any]:
        try:
            await _change(visit, form, {"state": form.value("state")})
        except Refused as refused:
            return _page(visit, await _situation(visit, edition), form=form.refused(refused))
        return visit.go(f"/editions/{edition}/call?done={form.value('state')}")

    @post("/quotas", status_code=303)
    async def set_quotas(
        self, visit: NamedDependency[Visit], edition: FromPath[str], form: NamedDependency[Form]
    ) -> Response[Any]:
        """Save each number that was changed; those that are refused stay as typed, with the reason beside them."""
        situation = await _situation(visit, edition)
        wrong = await _set_quotas(visit, situation, form)
        if not wrong:
            return visit.go(f"/editions/{edition}/call?done=quotas#called")
        return _page(visit, await _situation(visit, edition), quotas_form=form, wrong=wrong)

    @get("/quotas/{organisation:uuid}")
    async def panels(
        self, visit: NamedDependency[Visit], edition: FromPath[str], organisation: FromPath[UUID]
    ) -> Response[bytes]:
        return await _panels_page(visit, edition, organisation, EMPTY)

    @post("/quotas/{organisation:uuid}", status_code=303)
    async def set_panels(
        self,
        visit: NamedDependency[Visit],
        edition: FromPath[str],
        organisation: FromPath[UUID],
        form: NamedDependency[Form],
    ) -> Response[Any]:
        """Set an organisation's whole quota, and its share of each panel where one is written."""
        panels = [name.removeprefix("panel.") for name in form.fields if name.startswith("panel.") and form.value(name)]
        body = {
            "limit": _number(form.value("limit")),
            "panels": [{"panel_id": each, "limit": _number(form.value(f"panel.{each}"))} for each in panels],
        }
        path = f"/calls/{_call(form)}/quotas/{organisation}"
        try:
            await visit.services.change("PUT", path, body, etag=form.value("etag"))
        except Refused as refused:
            return await _panels_page(visit, edition, organisation, form.refused(_named(refused, panels)))
        return visit.go(f"/editions/{edition}/call?done=quotas#called")


async def _situation(visit: Visit, edition: str) -> Situation:
    found = visit.edition(edition)
    calls, organisations = await asyncio.gather(
        visit.services.items("/calls", edition=found["slug"]), visit.services.items("/organisations")
    )
    if not calls:
        return Situation(edition=found, organisations=organisations)
    quotas, nominations = await asyncio.gather(
        visit.services.items(f"/calls/{calls[0]['id']}/quotas"),
        visit.services.items(f"/calls/{calls[0]['id']}/nominations") if visit.may("nominations.read") else _none(),
    )
    return Situation(
        edition=found,
        organisations=organisations,
        call=calls[0],
        quotas=quotas,
        nominations=nominations,
        memberships=await visit.services.items("/memberships") if visit.may("memberships.read") else [],
    )


async def _none() -> list[dict[str, Any]]:
    return []


def _page(  # noqa: PLR0913 (two forms on one page)
    visit: Visit,
    situation: Situation,
    *,
    done: str = "",
    form: Form = EMPTY,
    quotas_form: Form = EMPTY,
    wrong: dict[str, str] | None = None,
) -> Response[bytes]:
    found = called(situation.quotas, situation.nominations, situation.memberships)
    asked = {each["organisation_id"] for each in situation.quotas}
    uncalled = [
        (each["id"], each["acronym"] or plain(each["name"], visit.language))
        for each in situation.organisations
        if each["id"] not in asked
    ]
    return visit.page(
        "calls/call.html",
        here="calls",
        edition=situation.edition,
        status=409 if wrong else form.status,
        call=situation.call,
        called=found,
        silent=silent(found),
        uncalled=sorted(uncalled, key=lambda option: option[1].casefold()),
        nominations=situation.nominations,
        done=done,
        form=form,
        quotas_form=quotas_form,
        wrong=wrong or {},
    )


async def _panels_page(visit: Visit, edition: str, organisation: UUID, form: Form) -> Response[bytes]:
    found = visit.edition(edition)
    panels, calls, asked = await asyncio.gather(
        visit.services.items(f"/editions/{found['slug']}/panels"),
        visit.services.items("/calls", edition=found["slug"]),
        visit.services.get(f"/organisations/{organisation}"),
    )
    if not calls:
        raise NotFoundException
    quota = await visit.services.read(f"/calls/{calls[0]['id']}/quotas/{organisation}")
    return visit.page(
        "calls/quota.html",
        here="calls",
        edition=found,
        status=form.status,
        form=form,
        call=calls[0],
        organisation=asked,
        quota=quota.body,
        etag=quota.etag,
        panels=panels,
        limits={each["panel_id"]: each for each in quota.body["panels"]},
    )


def _call(form: Form) -> str:
    """Return the call's id from the form, as one step of an address and no more."""
    return quote(form.value("call_id"), safe="")


async def _change(visit: Visit, form: Form, change: dict[str, Any]) -> None:
    path = f"/calls/{_call(form)}"
    await visit.services.change("PATCH", path, change, etag=form.value("etag"))


async def _set_quotas(visit: Visit, situation: Situation, form: Form) -> dict[str, str]:
    """Return what was refused, by organisation."""
    assert situation.call is not None  # noqa: S101 (the form stands on the page of a call)
    known = {each["organisation_id"]: each for each in situation.quotas}
    typed = {name.removeprefix("limit."): form.value(name) for name in form.fields if name.startswith("limit.")}
    if form.value("organisation_id"):
        typed[form.value("organisation_id")] = form.value("new_limit")
    wrong: dict[str, str] = {}
    for organisation_id, written in typed.items():
        quota = known.get(organisation_id)
        limit = whole_number(written)
        if limit is None:
            _ = translator(visit.language)
            wrong[organisation_id] = _("Write a whole number: how many may be standing at once.")
        elif quota is None or quota["limit"] != limit:
            path = f"/calls/{situation.call['id']}/quotas/{organisation_id}"
            body = {"limit": limit, "panels": _kept(quota)}
            etag = form.value(f"etag.{organisation_id}") or _NEW
            try:
                await visit.services.change("PUT", path, body, etag=etag)
            except Refused as refused:
                wrong[organisation_id] = refused.by_field().get("limit") or f"{refused.detail} {refused.remedy}"
    return wrong


def _kept(quota: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Return an organisation's shares of panels as they are."""
    return [{"panel_id": each["panel_id"], "limit": each["limit"]} for each in quota["panels"]] if quota else []


def _moment(typed: str) -> str:
    """Return what a date and time field holds, with the seconds that an API wants."""
    return f"{typed}:00" if typed.count(":") == 1 else typed


def _number(typed: str) -> int | str:
    """Return a number where one was written; what is none goes as it is, to be refused with its field."""
    number = whole_number(typed)
    return typed if number is None else number


def _named(refused: Refused, panels: list[str]) -> Refused:
    """Return a refusal whose pointers name the form's fields: `/panels/0/limit` is the first panel written."""
    places = {f"/panels/{place}/limit": f"/panel/{panel}" for place, panel in enumerate(panels)}
    errors = [
        {**error, "pointer": places.get(error.get("pointer", ""), error.get("pointer", ""))}
        for error in refused.problem.get("errors", [])
    ]
    return Refused(refused.status, {**refused.problem, "errors": errors})
