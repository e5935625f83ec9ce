"""What a letter may say and to whom: pure rules and their refusals."""

import re
from collections.abc import Mapping
from typing import Literal

from libs.errors import Invalid

LetterState = Literal["queued", "sent", "refused"]
FieldKind = Literal["text", "name", "word", "date", "moment"]

_CONTROLS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


class NoSuchTemplate(Invalid):
    detail = "There is no letter called {template}."
    remedy = "Name a folder of services/outreach/letters/templates."


class NoSuchLanguage(Invalid):
    detail = "The letter {template} is not written in {language}."
    remedy = "Ask for one of: {languages}."


class UnknownField(Invalid):
    detail = "The letter {template} has no field {field}."
    remedy = "Declare it in the letter's template.toml, or leave it out."


class FieldUnreadable(Invalid):
    detail = "A field of the letter {template} does not have the form that the letter declares."
    remedy = "Give dates as 2026-11-03, moments as 2026-11-03T09:00, and names as texts."


class LinkMissing(Invalid):
    detail = "The letter {template} leads somewhere, and no link was given."
    remedy = "Seal the link's whole address for the purpose `letter`."


class AddressBroken(Invalid):
    detail = "This is no address that a letter can be sent to."
    remedy = "Give one address: a name, @, a domain."


def check_fields(template: str, declared: Mapping[str, FieldKind], given: Mapping[str, object]) -> None:
    """Return if the letter knows each field that was given; one that was not given is an empty one."""
    for field in given:
        if field not in declared:
            raise UnknownField(template=template, field=field, pointer=f"/fields/{field}")


def one_line(text: str) -> str:
    """Return `text` without what could end a line: it may stand in a header (CR LF in a name adds none)."""
    return _CONTROLS.sub(" ", text).strip()
