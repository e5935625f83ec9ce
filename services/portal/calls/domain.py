"""Who was called and what became of it: used, silent, or with nobody to answer. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

Asked = Literal["nominates", "silent", "invited", "nobody"]

_ANSWERS = ("representative", "co_organiser")  # the roles that may nominate


class Called(Struct, frozen=True):
    """An organisation with a quota. `asked`: it nominates, is silent, or there is nobody who could (invited or not)."""

    quota: Mapping[str, Any]
    asked: Asked


def called(
    quotas: Sequence[Mapping[str, Any]],
    nominations: Sequence[Mapping[str, Any]],
    memberships: Sequence[Mapping[str, Any]],
) -> list[Called]:
    """Return who was called, those first who are still silent."""
    heard = {each["organisation_id"] for each in nominations}
    active = {each["organisation_id"] for each in _answering(memberships) if each["state"] == "active"}
    invited = {each["organisation_id"] for each in _answering(memberships)}

    def asked(organisation_id: str) -> Asked:
        if organisation_id in heard:
            return "nominates"
        if organisation_id in active:
            return "silent"
        return "invited" if organisation_id in invited else "nobody"

    found = [Called(quota, asked(quota["organisation_id"])) for quota in quotas]
    return sorted(found, key=lambda each: (each.asked == "nominates", each.quota["acronym"]))


def silent(found: Sequence[Called]) -> int:
    """Return how many of those called have nominated nobody; who may nominate nobody is not asked."""
    return sum(each.asked != "nominates" and each.quota["limit"] > 0 for each in found)


def _answering(memberships: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [each for each in memberships if each["role"] in _ANSWERS]


def whole_number(typed: str) -> int | None:
    """Return what somebody wrote, in whichever digits (P29); None where it is no whole number."""
    try:
        number = int(typed.strip())
    except ValueError:
        return None
    return number if number >= 0 else None
