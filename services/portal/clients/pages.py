"""The programs that use the API: what each may, its secrets (shown once), its keys, its end."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from libs.permissions import IDENTITY_SCOPES, SCOPES
from services.portal.clients.domain import ROLES_OF_MACHINES, keys, lines
from services.portal.composing import Refused
from services.portal.forms import EMPTY, Form
from services.portal.rendering import plain
from services.portal.visits import Visit

_HERE = "clients"


class ClientPages(Controller):
    path = "/{language:str}/{tenant:str}/workspace/clients"

    @get()
    async def show(self, visit: NamedDependency[Visit]) -> Response[bytes]:
        found = await visit.services.items("/clients")
        standing = [each for each in found if not each["ended_at"]]
        return visit.page("clients/list.html", here=_HERE, clients=standing, ended=len(found) - len(standing))

    @get("/new")
    async def ask(self, visit: NamedDependency[Visit]) -> Response[bytes]:
        return await _new(visit, EMPTY)

    @post("/new", status_code=200)
    async def make(self, visit: NamedDependency[Visit], form: NamedDependency[Form]) -> Response[bytes]:
        """Make it and show its secret: in this answer alone, which no address leads to again."""
        kind = form.value("kind")
        command = {
            "name": form.value("name"),
            "organisation_id": form.value("organisation_id") or visit.organisation_id,
            "kind": kind,
            "role": form.value("role") if kind == "machine" else None,
            "scopes": form.all("scopes"),
            "redirect_uris": lines(form.value("redirect_uris")),
        }
        if form.value("organisation_id") == "day":
            command["organisation_id"] = None
        try:
            made = await visit.services.post("/clients", command, key=form.key)
        except Refused as refused:
            return await _new(visit, form.refused(refused))
        return await _told(visit, made["client_id"], made["client_secret"])

    @get("/{client:uuid}")
    async def one(
        self, visit: NamedDependency[Visit], client: FromPath[UUID], done: FromQuery[str] = ""
    ) -> Response[bytes]:
        return await _one(visit, client, EMPTY, done)

    @post("/{client:uuid}", status_code=303)
    async def change(
        self, visit: NamedDependency[Visit], client: FromPath[UUID], form: NamedDependency[Form]
    ) -> Response[Any]:
        change: dict[str, Any] = {"name": form.value("name"), "scopes": form.all("scopes")}
        if "redirect_uris" in form.fields:
            change["redirect_uris"] = lines(form.value("redirect_uris"))
            change["post_logout_redirect_uris"] = lines(form.value("post_logout_redirect_uris"))
        return await _changed(visit, client, form, change)

    @post("/{client:uuid}/keys", status_code=303)
    async def register_keys(
        self, visit: NamedDependency[Visit], client: FromPath[UUID], form: NamedDependency[Form]
    ) -> Response[Any]:
        return await _changed(visit, client, form, {"jwks": keys(form.value("jwks"))})

    @post("/{client:uuid}/secrets", status_code=200)
    async def renew(
        self, visit: NamedDependency[Visit], client: FromPath[UUID], form: NamedDependency[Form]
    ) -> Response[bytes]:
        try:
            made = await visit.services.post(f"/clients/{client}/secrets", key=form.key)
        except Refused as refused:
            return await _one(visit, client, form.refused(refused))
        return await _told(visit, str(client), made["client_secret"])

    @post("/{client:uuid}/secrets/{secret:uuid}", status_code=303)
    async def drop(
        self,
        visit: NamedDependency[Visit],
        client: FromPath[UUID],
        secret: FromPath[UUID],
        form: NamedDependency[Form],
    ) -> Response[Any]:
        try:
            await visit.services.change("DELETE", f"/clients/{client}/secrets/{secret}", etag="*")
        except Refused as refused:
            return await _one(visit, client, form.refused(refused))
        return visit.go(f"/clients/{client}?done=dropped")

    @post("/{client:uuid}/end", status_code=303)
    async def end(
        self, visit: NamedDependency[Visit], client: FromPath[UUID], form: NamedDependency[Form]
    ) -> Response[Any]:
        try:
            await visit.services.change("DELETE", f"/clients/{client}", etag=form.value("etag"))
        except Refused as refused:
            return await _one(visit, client, form.refused(refused))
        return visit.go("/clients")


async def _changed(visit: Visit, client: UUID, form: Form, change: dict[str, Any]) -> Response[Any]:
    try:
        await visit.services.change("PATCH", f"/clients/{client}", change, etag=form.value("etag"))
    except Refused as refused:
        return await _one(visit, client, form.refused(refused))
    return visit.go(f"/clients/{client}?done=saved")


async def _new(visit: Visit, form: Form) -> Response[bytes]:
    organisations = []
    if visit.may("organisations.change"):
        found = await visit.services.items("/organisations")
        named = [(each["id"], each["acronym"] or plain(each["name"], visit.language)) for each in found]
        organisations = sorted(named, key=lambda option: option[1].casefold())
    return visit.page(
        "clients/new.html",
        here=_HERE,
        status=form.status,
        form=form,
        organisations=organisations,
        roles=ROLES_OF_MACHINES[:2] if visit.role == "technical_contact" else ROLES_OF_MACHINES,
        scopes=list(SCOPES),
        identity_scopes=IDENTITY_SCOPES,
    )


async def _told(visit: Visit, client_id: str, secret: str | None) -> Response[bytes]:
    found = await visit.services.get(f"/clients/{client_id}")
    return visit.page("clients/told.html", here=_HERE, client=found, secret=secret)


async def _one(visit: Visit, client: UUID, form: Form, done: str = "") -> Response[bytes]:
    read = await visit.services.read(f"/clients/{client}")
    application = read.body["kind"] == "application"
    return visit.page(
        "clients/client.html",
        here=_HERE,
        status=form.status,
        form=form,
        client=read.body,
        etag=read.etag,
        done=done,
        scopes=[*SCOPES, *(IDENTITY_SCOPES if application else ())],
    )
