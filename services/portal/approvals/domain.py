"""What a proposed programme changes of the one that is public, session by session. Pure."""

from typing import Any, Literal

from msgspec import Struct

Difference = Literal["new", "moved", "room", "retitled", "speakers"]
_COMPARED: tuple[tuple[Difference, str], ...] = (
    ("moved", "starts_at"),
    ("room", "room_id"),
    ("retitled", "title"),
    ("speakers", "speakers"),
)


class Move(Struct, frozen=True):
    """A session as it is proposed, with its room's name; `before` as it is public, if it is."""

    session: Any
    room: dict[str, str]
    before: Any
    differences: list[Difference]


def moved(before: dict[str, Any], content: dict[str, Any]) -> list[Move]:
    """Return every session of a proposed programme, in the order of time, with what is different."""
    public = {each["id"]: each for each in before.get("sessions", [])}
    rooms = {each["id"]: each["name"] for each in content["rooms"]}
    return [
        Move(each, rooms.get(each["room_id"], {}), public.get(each["id"]), _differences(public.get(each["id"]), each))
        for each in content["sessions"]
    ]


def removed(before: dict[str, Any], content: dict[str, Any]) -> list[Any]:
    """Return the public sessions that the proposed programme has no longer."""
    kept = {each["id"] for each in content["sessions"]}
    return [each for each in before.get("sessions", []) if each["id"] not in kept]


def _differences(before: Any, after: Any) -> list[Difference]:
    if before is None:
        return ["new"]
    return [name for name, field in _COMPARED if before[field] != after[field]]
