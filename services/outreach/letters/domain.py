"""What a letter may say and to whom: pure rules and their refusals."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from libs.errors import Conflict, Invalid, Unavailable

# `sending`: the mail server is being given it; `unsure`: it may have it; `given_up`: it surely has not.
LetterState = Literal["queued", "sending", "sent", "refused", "unsure", "given_up"]
FieldKind = Literal["text", "name", "word", "date", "moment"]

_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=1)
_HANDED_OVER_WITHIN = timedelta(minutes=1)  # a worker that lives knows by then what the mail server answered
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


class LetterNotHeld(Conflict):
    detail = "This letter is not one that waits for somebody to decide."
    remedy = "Only a letter that may not have arrived, or was given up, is sent again by hand."


class BeingSent(Unavailable):
    detail = "Another worker is sending this letter, or died while it did."
    remedy = "Try the same again in a minute."


class RecipientRefused(Exception):
    """The mail server will never take this letter: trying again does not help."""


class MailServerAway(Exception):
    """The mail server did not take this letter now, for sure: it may be given it again."""


class OutcomeUnknown(Exception):
    """The mail server was given this letter, and nobody knows whether it took it."""


def next_try(tries: int, waiting_since: datetime, now: datetime, *, lasts: timedelta) -> datetime | None:
    """Return when the mail server is asked again after so many tries; none once the letter is not worth sending."""
    pause = min(_FIRST_PAUSE * 2 ** min(tries - 1, 10), _LONGEST_PAUSE)
    return now + pause if now + pause <= waiting_since + lasts else None


def has_lost_its_sender(sending_since: datetime, now: datetime) -> bool:
    """Whether who began to hand a letter over cannot be at it any more."""
    return now >= sending_since + _HANDED_OVER_WITHIN


def check_held(state: LetterState) -> None:
    """Return if a person may have the letter sent again; raise the reason if not."""
    if state not in {"unsure", "given_up"}:
        raise LetterNotHeld(state=state)


def check_fields(template: str, declared: Mapping[str, FieldKind], given: Mapping[str, object]) -> None:
    """Return if the letter knows each field that was given; one that was not given is an empty one."""
    for field in given:
        if field not in declared:
            raise UnknownField(template=template, field=field, pointer=f"/fields/{field}")


def one_line(text: str) -> str:
    """Return `text` without what could end a line: it may stand in a header (CR LF in a name adds none)."""
    return _CONTROLS.sub(" ", text).strip()
