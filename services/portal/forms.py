"""What a form was sent with and why it was refused: shown again as it was typed, each reason at its field."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Request
from msgspec import Struct, structs

from libs.i18n.folding import read_number
from libs.i18n.languages import LANGUAGES
from libs.i18n.text import Text
from services.portal.composing import Refused


class Form(Struct, frozen=True):
    """The fields by name, those of one name in their order; a field of a text in a language is `name.fr`."""

    fields: Mapping[str, Sequence[str]] = {}
    refusal: Refused | None = None

    @property
    def key(self) -> str:
        """The idempotency key that the form was shown with: pressing twice is one request."""
        return self.value("once")

    @property
    def status(self) -> int:
        """What a page with this form is answered with: as the refusal was, or well."""
        return self.refusal.status if self.refusal else 200

    @property
    def malformed(self) -> bool:
        """Whether fields were missing or of the wrong shape: what the service says of it is for programmers."""
        return self.refusal is not None and self.refusal.kind == "request-malformed"

    def value(self, name: str) -> str:
        return self.all(name)[0].strip() if self.all(name) else ""

    def all(self, name: str) -> Sequence[str]:
        return self.fields.get(name, ())

    def shown(self, name: str, otherwise: object = "") -> str:
        """Return what stands in a field: what was typed, else what is known."""
        return self.all(name)[0] if self.all(name) else str(otherwise)

    def text(self, name: str) -> Text:
        """Return what was typed into the fields of a text, without the languages that were left empty."""
        typed = {language: self.value(f"{name}.{language}") for language in LANGUAGES}
        return {language: words for language, words in typed.items() if words}

    def number(self, name: str) -> int | str | None:
        """Return a whole number however its digits were typed; nothing for an empty field, else what cannot be one."""
        typed = self.value(name)
        try:
            return read_number(typed) if typed else None
        except ValueError:
            return typed

    def refused(self, refusal: Refused) -> "Form":
        return structs.replace(self, refusal=refusal)

    def wrong(self, name: str) -> str:
        """Return what is wrong with a field, or nothing: its name is how the reason's pointer ends."""
        for error in self.refusal.problem.get("errors", []) if self.refusal else []:
            place = error.get("pointer", "").strip("/").replace("/", ".")
            if place and (place == name or place.endswith(f".{name}")):
                return f"{error['detail']} {error.get('remedy', '')}".strip()
        return ""


EMPTY = Form()


async def provide_form(request: Request[Any, Any, Any]) -> Form:
    """Read what was sent; the dependency `form` of handlers that take one."""
    fields: dict[str, list[str]] = {}
    for name, value in (await request.form()).multi_items():
        if isinstance(value, str):
            fields.setdefault(name, []).append(value)
    return Form(fields)
