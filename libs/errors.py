"""Why a request is refused. One root; each refusal is named after its reason and knows nothing of HTTP.

`detail` and `remedy` are templates (English, the key of their translations), filled with the facts that led to the
refusal. A `pointer` among the facts is the JSON Pointer (RFC 6901) of the field that is to be mended.
"""

from collections.abc import Callable, Mapping
from typing import ClassVar

from libs.i18n.catalogues import gettext_noop


class DomainError(Exception):
    """A refusal. `remedy` says what to do about it; `words`, by fact, how a reader is told of a code among them."""

    detail: ClassVar[str]
    remedy: ClassVar[str] = ""
    words: ClassVar[Mapping[str, Mapping[str, str]]] = {}
    journalled: str = ""  # under this action the edge notes the refusal, in a transaction of its own

    def __init__(self, *, pointer: str = "", **facts: object) -> None:
        super().__init__(self.detail.format(**self.in_words(facts)))
        self.pointer = pointer
        self.facts = facts

    def in_words(self, facts: Mapping[str, object], translate: Callable[[str], str] = str) -> dict[str, object]:
        """Return facts as a reader is told them."""

        def said(name: str, fact: object) -> object:
            word = self.words.get(name, {}).get(fact) if isinstance(fact, str) else None
            return fact if word is None else translate(word)

        return {name: said(name, fact) for name, fact in facts.items()}


class Invalid(DomainError):
    """The shape of the request is wrong: no state of the system could accept it."""


class Unauthenticated(DomainError):
    """Nobody is signed in, or the token is not good."""


class Forbidden(DomainError):
    """Known and signed in, but this role or scope may not do it."""


class NotFound(DomainError):
    """The thing does not exist, or the caller may not know that it does."""


class Conflict(DomainError):
    """The request is right in itself, but not in the present state."""


class PreconditionFailed(DomainError):
    """The caller saw an older version of the thing (RFC 9110, 13.1.1)."""


class PreconditionRequired(DomainError):
    """The caller must say which version it changes (RFC 6585)."""


class Unprocessable(DomainError):
    """The request contradicts an earlier one (an idempotency key with another body)."""


class TooLarge(DomainError):
    """More bytes than this address takes."""


class TooOften(DomainError):
    """The caller has tried it too often; `retry_after` among the facts are the seconds to wait (RFC 6585, 4)."""


class Unavailable(DomainError):
    """A part that this needs is not there at the moment: the same request may be sent again soon."""


class NoSuch(NotFound):
    detail = "There is no {what} {id} here."
    remedy = "Check the address; lists show what exists."
    words: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "what": {
            "approval": gettext_noop("approval"),
            "call": gettext_noop("call for nominations"),
            "client": gettext_noop("API client"),
            "cloning of edition": gettext_noop("cloning of the edition"),
            "draft": gettext_noop("draft of the programme"),
            "edition": gettext_noop("edition"),
            "file": gettext_noop("file"),
            "invitation": gettext_noop("invitation"),
            "letter": gettext_noop("letter"),
            "mandate": gettext_noop("mandate"),
            "nomination": gettext_noop("nomination"),
            "organisation": gettext_noop("organisation"),
            "panel": gettext_noop("panel"),
            "passkey": gettext_noop("passkey"),
            "person": gettext_noop("person"),
            "placement": gettext_noop("placement"),
            "quota of organisation": gettext_noop("quota of the organisation"),
            "release": gettext_noop("released version"),
            "room": gettext_noop("room"),
            "session": gettext_noop("session"),
            "sign-in": gettext_noop("sign-in"),
            "solve": gettext_noop("solve"),
        }
    }


class Stale(PreconditionFailed):
    detail = "This was changed meanwhile (version {current})."
    remedy = "Read it again, look at what changed, and repeat the change with the new ETag."
