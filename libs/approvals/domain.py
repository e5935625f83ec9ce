"""When a proposal may be signed, refused or withdrawn, and when it takes effect."""

import hashlib
import unicodedata
from collections.abc import Mapping
from typing import Any, ClassVar, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from libs.errors import Conflict, Forbidden
from libs.i18n.catalogues import gettext_noop

State = Literal["open", "applied", "refused", "withdrawn"]


class NotASignatory(Forbidden):
    detail = "Your organisation is not among those that must sign this."
    remedy = "One of the co-organisers must decide."


class TextChanged(Conflict):
    detail = "The text was changed since you read it."
    remedy = "Read it again and sign the text that stands now ({current})."


class AlreadySigned(Conflict):
    detail = "Your organisation has signed this text already."
    remedy = "Nothing is to be done; it waits for the others."


class NoLongerOpen(Conflict):
    detail = "This proposal is {state}: it can no longer be decided."
    remedy = "Propose the change anew."
    words: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "state": {
            "applied": gettext_noop("in force already"),
            "refused": gettext_noop("refused already"),
            "withdrawn": gettext_noop("withdrawn already"),
        }
    }


class NothingChanges(Conflict):
    detail = "The proposed text is what stands already."
    remedy = "Change something before you propose it."


class NotYourProposal(Forbidden):
    detail = "Only the organisation that proposed this may withdraw it."
    remedy = "Refuse it, and say why."


class Proposal(Struct, frozen=True, kw_only=True):
    """What is to be signed, by whom, and who has signed exactly that."""

    state: State
    sha256: str
    signatories: frozenset[UUID]
    signed: frozenset[UUID]
    proposed_for: UUID | None

    def sign(self, organisation_id: UUID | None, sha256: str) -> bool:
        """Return whether this signature is the last one needed; raise the reason if it cannot be given."""
        signatory = self._decide(organisation_id)
        if sha256 != self.sha256:
            raise TextChanged(current=self.sha256[:12])
        if signatory in self.signed:
            raise AlreadySigned
        return self.signatories <= self.signed | {signatory}

    def refuse(self, organisation_id: UUID | None) -> None:
        self._decide(organisation_id)

    def withdraw(self, organisation_id: UUID | None) -> None:
        self._still_open()
        if organisation_id is None or organisation_id != self.proposed_for:
            raise NotYourProposal

    def _decide(self, organisation_id: UUID | None) -> UUID:
        self._still_open()
        if organisation_id is None or organisation_id not in self.signatories:
            raise NotASignatory
        return organisation_id

    def _still_open(self) -> None:
        if self.state != "open":
            raise NoLongerOpen(state=self.state)


def canonical(content: Mapping[str, Any]) -> bytes:
    """Return the one JSON form of a content: keys sorted, no spaces, texts in NFC."""
    return msgspec.json.encode(_composed(content), order="sorted")


def hash_of(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 (hex) of the exact content that is signed."""
    return hashlib.sha256(canonical(content)).hexdigest()


def _composed(value: Any) -> Any:
    match value:
        case str():
            return unicodedata.normalize("NFC", value)
        case Mapping():
            return {_composed(key): _composed(each) for key, each in value.items()}
        case list() | tuple():
            return [_composed(each) for each in value]
        case _:
            return value
