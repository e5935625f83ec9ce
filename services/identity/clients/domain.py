"""What an API client may be and ask for, and how many secrets it has. Pure: no I/O, no clock, no framework."""

import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from libs.errors import Conflict, Forbidden, Invalid
from libs.identity import Principal
from libs.permissions import IDENTITY_SCOPES, SCOPES
from libs.sealing import fingerprint
from services.identity.memberships.domain import OrganisationMissing, Role

ClientKind = Literal["machine", "application"]  # acts for its organisation by itself; acts for people who agree to it

MOST_SECRETS = 2  # the one in use, and the one that takes its place
OF_OWN_ORGANISATION_ONLY = frozenset({"representative", "technical_contact"})
_OF_A_MACHINE: frozenset[Role] = frozenset({"co_organiser", "programme_manager", "representative", "viewer"})
_BY_TECHNICAL_CONTACTS: frozenset[Role] = frozenset({"representative", "viewer"})


class UnknownScope(Invalid):
    detail = "There is no scope {scope}."
    remedy = "Give some of: {scopes}."


class RoleNotForMachines(Invalid):
    detail = "A machine does not act as {role}."
    remedy = "Give one of: {roles}."


class ClientNotYours(Forbidden):
    detail = "You may not make or change this client: it could do more than you may give."
    remedy = "Ask an administrator of the day."


class TooManySecrets(Conflict):
    detail = "This client has {most} secrets already."
    remedy = "Drop the one that is not in use any more."


class LastWayIn(Conflict):
    detail = "Without this the client could not authenticate any more."
    remedy = "Make its next secret first, or end the client."


class ClientEnded(Conflict):
    detail = "This client has ended."
    remedy = "Make a new one."


class RedirectMissing(Invalid):
    detail = "An application needs the address that people are led back to."
    remedy = "Give its redirect_uris."


class Secret(Struct, frozen=True):
    """What is left of a secret once it is told."""

    id: UUID
    hash: str
    made_at: datetime


def admit_scopes(scopes: Iterable[str], kind: ClientKind = "machine") -> None:
    """Return if a client of this kind may have all `scopes`; raise the reason if not."""
    known = (*SCOPES, *IDENTITY_SCOPES) if kind == "application" else tuple(SCOPES)
    for scope in scopes:
        if scope not in known:
            raise UnknownScope(scope=scope, scopes=", ".join(known), pointer="/scopes")


def admit_maker(principal: Principal, organisation_id: UUID | None, kind: ClientKind, role: Role | None) -> None:
    """Return if `principal` may make or change such a client, beyond what it may give as a mandate.

    A technical contact connects its own organisation, and lets a machine do at most what a representative may.
    """
    if kind == "machine" and role not in _OF_A_MACHINE:
        raise RoleNotForMachines(role=role or "", roles=", ".join(sorted(_OF_A_MACHINE)), pointer="/role")
    if principal.role != "technical_contact":
        return
    if organisation_id is None:
        raise OrganisationMissing(role=principal.role, pointer="/organisation_id")
    if organisation_id != principal.organisation_id or (kind == "machine" and role not in _BY_TECHNICAL_CONTACTS):
        raise ClientNotYours


def granted(requested: str | None, allowed: Iterable[str]) -> frozenset[str] | None:
    """Return the scopes of a token (RFC 6749, 3.3): those asked for, or all; none at all if more is asked for."""
    asked = frozenset((requested or "").split())
    if not asked <= frozenset(allowed):
        return None
    return asked or frozenset(allowed)


def knows(secrets: Iterable[Secret], told: str) -> bool:
    """Whether `told` is one of the secrets."""
    hashed = fingerprint(told)
    return any(hmac.compare_digest(each.hash, hashed) for each in secrets)


def with_secret(secrets: Sequence[Secret], new: Secret) -> list[Secret]:
    if len(secrets) >= MOST_SECRETS:
        raise TooManySecrets(most=MOST_SECRETS)
    return [*secrets, new]


def without_secret(secrets: Sequence[Secret], dropped: UUID, *, has_keys: bool) -> list[Secret]:
    left = [each for each in secrets if each.id != dropped]
    if not left and not has_keys:
        raise LastWayIn
    return left
