"""Why a provider's answer is not taken, and who it may speak for. Pure: no I/O, no clock, no framework."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from msgspec import Struct

from libs.errors import Conflict, Forbidden, Invalid, Unauthenticated
from services.identity.links.domain import SIGN_IN_REFUSED
from services.identity.providers.domain import GivenRole, values_of

ATTEMPT_GOOD_FOR = timedelta(minutes=10)
ID_TOKEN = "id token"  # noqa: S105 (what it is sealed for)
LINKING_GOOD_FOR = timedelta(minutes=15)
_VERIFIED_BY = ("email_verified", "xms_edov")  # OpenID Connect Core 5.1; Entra ID's word for the same of the domain


class AnswerNotAwaited(Invalid):
    detail = "This answer does not belong to a sign-in that was begun in this browser."
    remedy = "Begin again from the sign-in page, and finish in the same browser."
    journalled = SIGN_IN_REFUSED


class AnswerTooLate(Conflict):
    detail = "This sign-in was begun too long ago, or is finished already."
    remedy = "Begin again from the sign-in page."
    journalled = SIGN_IN_REFUSED


class IssuerMixedUp(Invalid):
    detail = "Another provider answered than the one that was asked."
    remedy = "Begin again from the sign-in page; if it happens again, tell your organisation's technical contact."
    journalled = SIGN_IN_REFUSED


class ProviderSaysNo(Forbidden):
    detail = "{name} did not sign you in ({error})."
    remedy = "Begin again; if it happens again, ask who runs it in your organisation whether this account may enter."
    journalled = SIGN_IN_REFUSED


class ProviderOff(Conflict):
    detail = "{name} is not switched on."
    remedy = "Ask for a link by mail, or tell your organisation's technical contact."
    journalled = SIGN_IN_REFUSED


class CodeRefused(Unauthenticated):
    detail = "{name} does not stand by its own answer ({error})."
    remedy = "Begin again; if it happens again, your organisation's technical contact can check the client's secret."
    journalled = SIGN_IN_REFUSED


class AddressNotProven(Forbidden):
    detail = "{name} names no verified address in a mail domain that your organisation has proven here."
    remedy = "Tell your organisation's technical contact: the page on single sign-on says what is missing."
    journalled = SIGN_IN_REFUSED


class NoRoleGiven(Forbidden):
    detail = "{name} knows you, but none of its groups that count here is yours."
    remedy = "Ask who runs it in your organisation to put you into the group of those who nominate."
    journalled = SIGN_IN_REFUSED


class LinkingUnknown(Unauthenticated):
    detail = "This link does not belong to a sign-in that was begun in this browser."
    remedy = "Open it in the browser that you signed in with, or begin again from the sign-in page."
    journalled = SIGN_IN_REFUSED


class AskedTooOften(Conflict):
    detail = "Letters to this address were asked for too often."
    remedy = "Look into the mailbox, or begin again in a quarter of an hour."
    journalled = SIGN_IN_REFUSED


class Proof(Struct, frozen=True, kw_only=True):
    """What a provider has proven of a person, once its answer was checked."""

    issuer: str
    subject: str
    session: str = ""  # its `sid`
    name: str
    email: str  # proven: verified by the provider, in a domain of its organisation; empty if not
    roles: tuple[GivenRole, ...]
    id_token: str


def proven_address(claims: Mapping[str, Any], domains: Iterable[str]) -> str:
    """Return the address that a provider may speak for; empty for any that it only claims.

    It must say that it has verified it, and the organisation must have proven the domain: a provider may say anything.
    """
    email = claims.get("email")
    if not isinstance(email, str) or email.count("@") != 1 or not email.isprintable() or " " in email:
        return ""
    domain = domain_of(email)
    verified = any(set(values_of(claims, name)) & {"true", "1"} for name in _VERIFIED_BY)
    return email.casefold() if verified and domain in set(domains) else ""


def domain_of(email: str) -> str:
    """Return an address's domain as it is compared: in small letters, in its ASCII form (RFC 5891)."""
    try:
        return email.rpartition("@")[2].strip().rstrip(".").lower().encode("idna").decode()
    except UnicodeError:
        return ""


def shown_name(claims: Mapping[str, Any]) -> str:
    """Return what a person is called: bounded, on one line."""
    for claim in ("name", "preferred_username", "email"):
        written = claims.get(claim)
        if isinstance(written, str) and written.strip():
            return " ".join("".join(each if each.isprintable() else " " for each in written).split())[:200]
    return "–"
