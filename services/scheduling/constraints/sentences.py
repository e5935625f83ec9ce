"""Conflicts in words: the registry's sentence with the reader's names and dates in it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from libs.i18n.catalogues import translator
from libs.i18n.dates import written_time, written_weekday
from libs.i18n.text import Text, pick
from services.scheduling.constraints.constraint import Conflict, Fact
from services.scheduling.constraints.registry import BY_KIND


class ConflictView(Struct, frozen=True, kw_only=True):
    """`level`: hard (may not be released), or a wish (placed, people, quality) that costs something."""

    kind: str
    level: str
    sentence: str
    session_ids: list[UUID]
    room_id: UUID | None
    person_id: UUID | None


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


def tell(conflicts: list[Conflict], texts: Mapping[UUID, Text], language: str) -> list[ConflictView]:
    """Tell conflicts in the reader's language; `texts` says what each room, session and person is called."""
    translate = translator(language)

    def moment(wall_time: datetime) -> str:
        return f"{written_weekday(wall_time.date(), language)} {written_time(wall_time)}"

    def name(identifier: UUID) -> str:
        return pick(texts[identifier], language)

    return [
        ConflictView(
            kind=conflict.kind,
            level=BY_KIND[conflict.kind].level,
            sentence=sentence(conflict, translate=translate, name=name, moment=moment),
            session_ids=[fact for key in ("session", "other") if isinstance(fact := conflict.facts.get(key), UUID)],
            room_id=_identifier(conflict.facts, "room"),
            person_id=_identifier(conflict.facts, "person"),
        )
        for conflict in conflicts
    ]


def _identifier(facts: Mapping[str, object], key: str) -> UUID | None:
    fact = facts.get(key)
    return fact if isinstance(fact, UUID) else None
