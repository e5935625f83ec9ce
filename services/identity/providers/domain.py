"""What may be registered as a provider, and who becomes what by it. Pure: no I/O, no clock, no framework."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from libs.errors import Conflict, Invalid, NotFound
from libs.fields import Line
from libs.identity import Principal

Preset = Literal["generic", "keycloak", "entra", "google"]
Method = Literal["client_secret_basic", "client_secret_post", "private_key_jwt"]
State = Literal["draft", "on", "off"]
GivenRole = Literal["representative", "technical_contact"]

SCOPES = ("openid", "email", "profile")
_PATH = "."  # realm_access.roles: a claim inside a claim


class NotTried(Conflict):
    detail = "Nobody has tried this provider as it is set now."
    remedy = "Try the sign-in first, and look at what it shows."


class NothingSwitchedOn(Conflict):
    detail = "No provider of this organisation is switched on, or no mail domain is proven."
    remedy = "Prove a mail domain, switch a provider on, and try it: who cannot sign in by it could not at all."


class ProviderKnown(Conflict):
    detail = "This client of this provider is registered already."
    remedy = "Change the one that is there, or give another client's identifier."


class SecretMissing(Invalid):
    detail = "This way to authenticate needs the client's secret."
    remedy = "Give the one that the provider shows for this client."


class NoSuchProvider(NotFound):
    detail = "There is no such provider here."
    remedy = "Check the address; lists show what exists."


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    """Who has `value` in the claim becomes `role`."""

    claim: Line
    value: Line
    role: GivenRole


Rules = Annotated[tuple[Rule, ...], Meta(max_length=20)]


def roles_given(claims: Mapping[str, Any], rules: Iterable[Rule], otherwise: GivenRole | None) -> list[GivenRole]:
    """Return what somebody with these claims is, by all rules that name them; else what everybody is, if anything."""
    found: list[GivenRole] = [rule.role for rule in rules if rule.value in values_of(claims, rule.claim)]
    if not found and otherwise is not None:
        found = [otherwise]
    return sorted(set(found))


def values_of(claims: Mapping[str, Any], name: str) -> list[str]:
    """Return a claim's values as texts: a list's members, or the one; of a path where no claim has the whole name."""
    found: Any = claims
    for step in (name,) if name in claims else name.split(_PATH):
        found = found.get(step) if isinstance(found, Mapping) else None
    listed: Sequence[Any] = found if isinstance(found, list) else [found]
    return [_text(each) for each in listed if isinstance(each, str | int | bool)]


def admit_change(principal: Principal, organisation_id: UUID) -> None:
    """Return if the caller may see and change an organisation's sign-on; hide it from who is of another.

    Who sets up an organisation's provider decides who acts for it: its own technical contact, or the day's
    administrator, and no co-organiser for another.
    """
    if principal.role != "administrator" and principal.organisation_id != organisation_id:
        raise NoSuchProvider


def admit_switch(state: State, *, tried: int | None, revision: int) -> None:
    """Return if a provider may be put into `state` when the revision `tried` was tried; raise the reason if not."""
    if state == "on" and tried != revision:
        raise NotTried(pointer="/state")


def _text(value: str | int | bool) -> str:  # noqa: FBT001 (as it stands in JSON)
    return str(value).lower() if isinstance(value, bool) else str(value)
