"""In which order organisations are listed: by kind as protocol has it, then by name. Pure."""

from collections.abc import Callable, Sequence
from typing import Any

from libs.i18n.folding import fold

KINDS = ("ministry", "institution", "confederation", "federation", "region", "company", "partner", "media")


def by_kind(organisations: Sequence[Any], name: Callable[[Any], str]) -> list[tuple[str, list[Any]]]:
    """Return the kinds that there are, each with its organisations in the order of their names."""
    groups = [(kind, [each for each in organisations if each["kind"] == kind]) for kind in KINDS]
    return [(kind, sorted(group, key=lambda each: fold(name(each)))) for kind, group in groups if group]
