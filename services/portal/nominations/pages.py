"""Nominations as their organisation sees them: its quota, its people and their state, a form of three minutes."""

import asyncio
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from msgspec import Struct

from libs.i18n.catalogues import translator
from services.portal.composing import Refused
from services.portal.forms import EMPTY, Form
from services.portal.nominations.domain import SEATED, left, places, roles, standing
from services.portal.rendering import plain
from services.portal.visits import Visit


class Situation(Struct, frozen=True, kw_only=True):
    """Where an organisation stands in an edition's call; there may be no call yet, or no quota for it."""

    edition: dict[str, Any]
    panels: list[dict[str, Any]]
    call: dict[str, Any] | None = None
    quota: dict[str, Any] | None = None
    nominations: list[dict[str, Any]] = []

    @property
    def may_nominate(self) -> bool:
        return bool(self.call and self.call["takes_nominations"] and self.quota and left(self.quota))


class NominationPages(Controller):
    path = "/{language:str}/{tenant:str}/workspace/editions/{edition:str}/nominations"

    @get()
    async def show(
        self, visit: NamedDependency[Visit], edition: FromPath[str], done: FromQuery[str] = ""
    ) -> Response[bytes]:
        situation = await _situation(visit, edition)
        quota = situation.quota
        return _page(
            visit,
            "nominations/nominations.html",
            situation,
            done=done,
            left=left(quota) if quota else 0,
            places=places(situation.panels, quota, situation.nominations) if quota else [],
            standing=len(standing(situation.nominations)),
            seated=sum(each["state"] in SEATED for each in situation.nominations),
        )

    @get("/new")
    async def ask(self, visit: NamedDependency[Visit], edition: FromPath[str]) -> Response[bytes]:
        return _form(visit, await _situation(visit, edition), EMPTY)

    @post("/new", status_code=303)
    async def submit(
        self, visit: NamedDependency[Visit], edition: FromPath[str], form: NamedDependency[Form]
    ) -> Response[Any]:
        """Nominate; an address that is known under another name is asked about, with all that was typed kept (E10)."""
        situation = await _situation(visit, edition)
        if situation.call is None:
            return _form(visit, situation, form)
        try:
            await visit.services.post(f"/calls/{situation.call['id']}/nominations", _command(form), key=form.key)
        except Refused as refused:
            return _form(visit, situation, form.refused(_in_words_of_the_form(refused, visit.language)))
        return visit.go(f"/editions/{edition}/nominations?done=submitted")

    @get("/{nomination:uuid}")
    async def one(
        self, visit: NamedDependency[Visit], edition: FromPath[str], nomination: FromPath[UUID]
    ) -> Response[bytes]:
        return await _one(visit, edition, nomination, "nominations/nomination.html")

    @get("/{nomination:uuid}/withdrawal")
    async def confirm(
        self, visit: NamedDependency[Visit], edition: FromPath[str], nomination: FromPath[UUID]
    ) -> Response[bytes]:
        """Ask before withdrawing, for a browser without scripts; with them the same stands in a dialog."""
        return await _one(visit, edition, nomination, "nominations/withdrawal.html")

    @post("/{nomination:uuid}/withdrawal", status_code=303)
    async def withdraw(
        self,
        visit: NamedDependency[Visit],
        edition: FromPath[str],
        nomination: FromPath[UUID],
        form: NamedDependency[Form],
    ) -> Response[Any]:
        try:
            await visit.services.post(f"/nominations/{nomination}/withdrawal", key=form.key)
        except Refused as refused:
            return await _one(visit, edition, nomination, "nominations/nomination.html", form.refused(refused))
        return visit.go(f"/editions/{edition}/nominations?done=withdrawn")


async def _situation(visit: Visit, edition: str) -> Situation:
    found = visit.edition(edition)
    panels, calls = await asyncio.gather(
        visit.services.items(f"/editions/{found['slug']}/panels"),
        visit.services.items("/calls", edition=found["slug"]),
    )
    if not calls or visit.organisation_id is None:
        return Situation(edition=found, panels=panels, call=calls[0] if calls else None)
    quota, nominations = await asyncio.gather(
        _quota(visit, calls[0]["id"]),
        visit.services.items(f"/calls/{calls[0]['id']}/nominations", organisation_id=visit.organisation_id),
    )
    return Situation(edition=found, panels=panels, call=calls[0], quota=quota, nominations=nominations)


async def _quota(visit: Visit, call_id: str) -> dict[str, Any] | None:
    try:
        quota: dict[str, Any] = await visit.services.get(f"/calls/{call_id}/quotas/{visit.organisation_id}")
    except Refused as refused:
        if refused.status == 404:  # noqa: PLR2004 (not asked to nominate)
            return None
        raise
    return quota


def _page(visit: Visit, template: str, situation: Situation, *, status: int = 200, **facts: Any) -> Response[bytes]:
    around = {
        "call": situation.call,
        "quota": situation.quota,
        "panels": situation.panels,
        "panel_of": {panel["id"]: panel for panel in situation.panels},
        "nominations": situation.nominations,
        "may_nominate": situation.may_nominate,
    }
    return visit.page(template, here="nominations", edition=situation.edition, status=status, **around, **facts)


def _form(visit: Visit, situation: Situation, form: Form) -> Response[bytes]:
    quota = situation.quota
    offered = places(situation.panels, quota, situation.nominations) if quota else []
    return _page(
        visit,
        "nominations/new.html",
        situation,
        status=form.status,
        form=form,
        panel_options=[
            (each.panel["id"], f"{each.panel['ordinal']} · {plain(each.panel['title'], visit.language)}")
            for each in offered
            if each.free != 0 or each.panel["id"] == form.value("panel_id")
        ],
        roles=roles(situation.panels),
    )


async def _one(visit: Visit, edition: str, nomination: UUID, template: str, form: Form = EMPTY) -> Response[bytes]:
    found = visit.edition(edition)
    panels, read = await asyncio.gather(
        visit.services.items(f"/editions/{found['slug']}/panels"),
        visit.services.get(f"/nominations/{nomination}"),
    )
    return visit.page(
        template,
        here="nominations",
        edition=found,
        status=form.status,
        form=form,
        nomination=read,
        panel=next((each for each in panels if each["id"] == read["panel_id"]), None),
        mine=read["organisation_id"] == visit.organisation_id,
        standing=bool(standing([read])),
    )


def _in_words_of_the_form(refused: Refused, language: str) -> Refused:
    """Return a question about the address as this form asks it: its remedy names fields of the API."""
    _ = translator(language)
    remedies = {
        "email-known-by-another-name": _("Answer the question above, or correct the name or the address."),
        "mailbox-of-several": _("Write the name as that person is known, or say that it is somebody new."),
    }
    if refused.kind not in remedies:
        return refused
    errors = [{**error, "remedy": remedies[refused.kind]} for error in refused.problem["errors"]]
    return Refused(refused.status, {**refused.problem, "errors": errors})


def _command(form: Form) -> dict[str, Any]:
    """Return what is nominated; what was left empty is not sent."""
    typed: dict[str, Any] = {
        "panel_id": form.value("panel_id"),
        "seat_role": form.value("seat_role"),
        "full_name": form.value("full_name"),
        "email": form.value("email"),
        "title": form.text("title"),
        "organisation": form.text("organisation"),
        "language": form.value("language"),
        "note": form.value("note"),
        "email_choice": form.value("email_choice"),
    }
    return {name: value for name, value in typed.items() if value or name in {"full_name", "email"}}
