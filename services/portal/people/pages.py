"""Correcting a person: name, address, title and employer, as they were given or mistyped."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from libs.i18n.languages import LANGUAGES
from services.portal.composing import Read, Refused
from services.portal.forms import EMPTY, Form
from services.portal.visits import Visit


class PersonPages(Controller):
    path = "/{language:str}/{tenant:str}/workspace/editions/{edition:str}/people"

    @get("/{person:uuid}")
    async def show(
        self, visit: NamedDependency[Visit], edition: FromPath[str], person: FromPath[UUID]
    ) -> Response[bytes]:
        return _page(visit, edition, await visit.services.read(f"/people/{person}"), EMPTY)

    @post("/{person:uuid}", status_code=303)
    async def correct(
        self, visit: NamedDependency[Visit], edition: FromPath[str], person: FromPath[UUID], form: NamedDependency[Form]
    ) -> Response[Any]:
        said = {
            "full_name": form.value("full_name"),
            "email": form.value("email"),
            "title": _merge(form, "title"),
            "organisation": _merge(form, "organisation"),
            "language": form.value("language") or None,
        }
        try:
            await visit.services.change("PATCH", f"/people/{person}", said, etag=form.value("version"))
        except Refused as refused:
            return _page(visit, edition, await visit.services.read(f"/people/{person}"), form.refused(refused))
        return visit.go(f"/editions/{edition}/selection?corrected={person}")


def _merge(form: Form, name: str) -> dict[str, str | None]:
    """Return a text as a merge patch: a field that was emptied takes its language away."""
    return {language: form.value(f"{name}.{language}") or None for language in LANGUAGES}


def _page(visit: Visit, edition: str, person: Read, form: Form) -> Response[bytes]:
    return visit.page(
        "people/person.html",
        here="selection",
        edition=visit.edition(edition),
        status=form.status,
        person=person.body,
        version=person.etag,
        form=form,
    )
