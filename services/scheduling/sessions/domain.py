"""What a session must be, and how it may stand to others."""

from typing import Literal
from uuid import UUID

from libs.errors import Conflict, Invalid
from services.scheduling.problem import RelationKind

# as people say it: "after" is "before" the other way round
SaidRelation = Literal["before", "after", "directly_before", "directly_after", "same_day", "same_room", "other_room"]
THE_OTHER_WAY: dict[SaidRelation, RelationKind] = {"after": "before", "directly_after": "directly_before"}


class SessionSlugTaken(Conflict):
    detail = "There is a session {slug} in this edition already."
    remedy = "Take another short name."


class Untitled(Invalid):
    detail = "A session that is no panel needs a title."
    remedy = "Give it a title, or say whose panel it is."


class RelatedToItself(Invalid):
    detail = "A session cannot be {kind} itself."
    remedy = "Name another session."


class StillPlaced(Conflict):
    detail = "{title} still has its place in {count} drafts."
    remedy = "Take it off these drafts; then delete it."


def directed(session: UUID, said: SaidRelation, other: UUID) -> tuple[UUID, RelationKind, UUID]:
    """Return the relation as it is kept, so that what is said from either side is the same one."""
    match said:
        case "after" | "directly_after":
            return other, THE_OTHER_WAY[said], session
        case "before" | "directly_before":
            return session, said, other
        case _:
            first, second = sorted((session, other))
            return first, said, second
