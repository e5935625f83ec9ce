"""What was written to whom: every letter of the day, the last first; the doubtful ones are sent again from here."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.portal.composing import Refused
from services.portal.forms import EMPTY, Form
from services.portal.visits import Visit

_SHOWN = "100"


class LetterPages(Controller):
    path = "/{language:str}/{tenant:str}/workspace/letters"

    @get()
    async def show(self, visit: NamedDependency[Visit]) -> Response[bytes]:
        return await _list(visit, EMPTY)

    @post("/{letter:uuid}", status_code=303)
    async def send_again(
        self, visit: NamedDependency[Visit], letter: FromPath[UUID], form: NamedDependency[Form]
    ) -> Response[Any]:
        try:
            await visit.services.post(f"/letters/{letter}/sendings", None, key=form.key)
        except Refused as refused:
            return await _list(visit, form.refused(refused))
        return visit.go("/letters")


async def _list(visit: Visit, form: Form) -> Response[bytes]:
    page = await visit.services.get("/letters", limit=_SHOWN)
    letters = page["items"]
    doubtful = sum(each["state"] in {"unsure", "given_up"} for each in letters)
    return visit.page(
        "letters/list.html",
        here="letters",
        letters=letters,
        doubtful=doubtful,
        more=page.get("next") is not None,
        form=form,
        status=form.status,
    )
