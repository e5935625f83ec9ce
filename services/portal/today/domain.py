"""How ready an edition is: a list that computes itself."""

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct

from libs.i18n.languages import LANGUAGES

CheckName = Literal["announced", "theme_signed", "theme_languages", "panels", "panel_languages", "call", "release"]


class Check(Struct, frozen=True):
    """One thing that an edition needs; `number` of `total` is there."""

    name: CheckName
    number: int
    total: int

    @property
    def done(self) -> bool:
        return self.number >= self.total > 0


def readiness(
    edition: dict[str, Any],
    panels: Sequence[Any],
    approvals: Sequence[Any],
    calls: Sequence[Any],
    releases: Sequence[Any],
) -> list[Check]:
    """Return the checks in the order in which things are usually done."""
    open_theme = next((each for each in approvals if each["kind"] == "theme" and each["state"] == "open"), None)
    signed = (len(open_theme["signed"]), len(open_theme["signatories"])) if open_theme else (1, 1)
    titles = [panel["title"].get(language, "") for panel in panels for language in LANGUAGES]
    return [
        Check("theme_signed", *signed),
        Check("theme_languages", sum(bool(edition["theme"].get(each)) for each in LANGUAGES), len(LANGUAGES)),
        Check("panels", len(panels), max(len(panels), 1)),
        Check("panel_languages", sum(map(bool, titles)), max(len(titles), 1)),
        Check("announced", int(edition["announced"]), 1),
        Check("call", sum(each["state"] != "draft" for each in calls), 1),
        Check("release", len(releases), 1),
    ]
