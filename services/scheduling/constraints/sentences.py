"""Conflicts in words: the registry's sentence with the reader's names and dates in it."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from services.scheduling.constraints.constraint import Conflict, Fact
from services.scheduling.constraints.registry import BY_KIND


def sentence(
    conflict: Conflict,
    *,
    translate: Callable[[str], str],
    name: Callable[[UUID], str],
    moment: Callable[[datetime], str],
) -> str:
    """Tell a conflict in one language, which `translate`, `name` and `moment` know."""

    def word(fact: Fact) -> str:
        match fact:
            case UUID():
                return name(fact)
            case datetime():
                return moment(fact)
            case _:
                return str(fact)

    words = {key: word(fact) for key, fact in conflict.facts.items()}
    return translate(BY_KIND[conflict.kind].sentence).format_map(words)
