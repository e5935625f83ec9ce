"""The directory of a day's organisations: by kind, with who acts for each. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

KINDS = ("ministry", "institution", "confederation", "federation", "region", "company", "partner", "media")
FOR_AN_ORGANISATION = ("representative", "technical_contact", "co_organiser")

Organisation = Mapping[str, Any]
Membership = Mapping[str, Any]


class Entry(Struct, frozen=True):
    """An organisation and the mandates given for it."""

    organisation: Organisation
    memberships: list[Membership]

    @property
    def answers(self) -> bool:
        """Whether somebody acts for it: a mandate that was accepted."""
        return any(each["state"] == "active" for each in self.memberships)


def directory(organisations: Sequence[Organisation], memberships: Sequence[Membership]) -> dict[str, list[Entry]]:
    """Return the entries by kind, each kind in the order of what its organisations are called by."""
    found: dict[str, list[Entry]] = {kind: [] for kind in KINDS}
    for organisation in sorted(organisations, key=_called):
        mandates = [each for each in memberships if each["organisation_id"] == organisation["id"]]
        found[organisation["kind"]].append(Entry(organisation, mandates))
    return {kind: entries for kind, entries in found.items() if entries}


def may_end(role: str, mandate: Membership, *, own: bool) -> bool:
    """Whether a page offers to end a mandate; whether it is allowed, identity decides. `own`: of one's organisation."""
    if role == "co_organiser":
        return own or mandate["role"] != "co_organiser"
    return role == "administrator" or (role == "technical_contact" and own and mandate["role"] != "co_organiser")


def _called(organisation: Organisation) -> str:
    return str(organisation["acronym"] or organisation["slug"]).casefold()
