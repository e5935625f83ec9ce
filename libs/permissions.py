"""Who may do what: one matrix of actions and roles. What a role may see of others' things is the query's business.

API clients act by scopes instead: each scope opens the actions listed with it, and no more than the role of its
client's organisation would.
"""

from collections.abc import Mapping
from typing import ClassVar

from libs.errors import Forbidden, Unauthenticated
from libs.i18n.catalogues import gettext_noop
from libs.identity import Principal

PUBLIC = "public"
SPEAKER = "speaker"
_ADMINISTRATOR = frozenset({"administrator"})
TEAM = frozenset({"administrator", "co_organiser", "programme_manager"})
_ORGANISERS = frozenset({"administrator", "co_organiser"})
_KEEPERS = frozenset({"administrator", "technical_contact"})  # of an organisation's single sign-on
_SIGNATORIES = frozenset({"co_organiser"})
_NOMINATORS = frozenset({"representative"})
_MEMBERS = TEAM | {"representative", "technical_contact", "viewer"}
_EVERYBODY = _MEMBERS | {PUBLIC, SPEAKER}

ROLES = tuple(sorted(_MEMBERS))

ACTIONS: dict[str, frozenset[str]] = {
    "tenant.read": _EVERYBODY,
    "tokens.obtain": _EVERYBODY,
    "sign_in": _EVERYBODY,
    "sign_ins.read": _MEMBERS,
    "sign_ins.end": _MEMBERS,
    "passkeys.change": _MEMBERS,
    "memberships.read": _ORGANISERS | {"technical_contact", "representative"},
    "memberships.invite": _ORGANISERS,
    "memberships.end": _MEMBERS,  # of which, services/identity/endings/domain.py says
    "providers.read": _KEEPERS,
    "providers.change": _KEEPERS,
    "editions.read": _EVERYBODY,
    "editions.change": _ORGANISERS,
    "editions.clone": _ORGANISERS,
    "cloning.read": TEAM,
    "panels.read": _EVERYBODY,
    "panels.change": _ORGANISERS,
    "commitments.read": _MEMBERS,
    "approvals.read": TEAM,
    "approvals.propose": TEAM,
    "approvals.sign": _SIGNATORIES,
    "journal.read": _ORGANISERS,
    "organisations.read": _MEMBERS,
    "organisations.change": _ORGANISERS,
    "calls.read": _MEMBERS,
    "calls.change": _ORGANISERS,
    "quotas.change": _ORGANISERS,
    "nominations.read": TEAM | {"representative", "technical_contact"},
    "nominations.submit": _NOMINATORS | _ORGANISERS,
    "nominations.decide": _ORGANISERS,
    "people.read": TEAM | {"representative"},
    "people.change": _ORGANISERS,
    "invitations.read": TEAM | {SPEAKER},
    "invitations.answer": frozenset({SPEAKER}),
    "programme.read": TEAM | {"viewer"},
    "programme.change": frozenset({"administrator", "programme_manager", "co_organiser"}),
    "releases.read": _EVERYBODY,
    "letters.read": _ORGANISERS,
    "consents.read": _MEMBERS,
    "consents.decide": _MEMBERS,
    "clients.read": _ORGANISERS | {"technical_contact"},
    "clients.change": _ORGANISERS | {"technical_contact"},
    "letters.send": _ORGANISERS,
}

SCOPES: dict[str, frozenset[str]] = {
    "editions:read": frozenset({"tenant.read", "editions.read", "panels.read", "commitments.read"}),
    "organisations:read": frozenset({"organisations.read"}),
    "nominations:read": frozenset({"calls.read", "nominations.read", "people.read"}),
    "nominations:write": frozenset({"calls.read", "nominations.submit"}),
    "programme:read": frozenset({"programme.read", "releases.read"}),
}
IDENTITY_SCOPES = ("openid", "profile", "email")  # what an application learns of a person, at /oauth/userinfo only


ROLE_WORDS = {
    "administrator": gettext_noop("administrator"),
    "co_organiser": gettext_noop("co-organiser"),
    "programme_manager": gettext_noop("programme manager"),
    "representative": gettext_noop("representative"),
    "technical_contact": gettext_noop("technical contact"),
    "viewer": gettext_noop("viewer"),
    "speaker": gettext_noop("speaker"),
}


class SignInNeeded(Unauthenticated):
    detail = "This needs a sign-in or an access token."
    remedy = "Send `Authorization: Bearer …` with a token from POST /oauth/token, or sign in."


class ScopeMissing(Forbidden):
    detail = "The token's scopes do not open {action}."
    remedy = "Ask for a token with one of these scopes: {scopes}."


class NotYourRole(Forbidden):
    detail = "The role {role} may not do this ({action})."
    remedy = "Ask an administrator of the day for a mandate that allows it."
    words: ClassVar[Mapping[str, Mapping[str, str]]] = {"role": ROLE_WORDS}


def require(principal: Principal, action: str) -> None:
    """Return if `principal` may do `action`; raise the reason if not."""
    allowed = ACTIONS[action]
    if principal.role in allowed:
        if principal.client_id is None or any(action in SCOPES.get(scope, ()) for scope in principal.scopes):
            return
        if PUBLIC in allowed:  # what anybody may read needs no scope
            return
        opening = ", ".join(scope for scope, actions in SCOPES.items() if action in actions) or "none"
        raise ScopeMissing(action=action, scopes=opening)
    if principal.role == PUBLIC:
        raise SignInNeeded
    raise NotYourRole(role=principal.role, action=action)
