"""What is signed of a draft: titles, times, rooms and speakers by id; and why it cannot be put up for signature.

The content is hashed and kept for ever: it holds ids of people and none of their names.
"""

from typing import Any

from libs.errors import Conflict
from services.scheduling.ground.domain import Ground, WallPlacement

RELEASE = "release"


class BreaksRules(Conflict):
    """`sentences` tells each."""

    detail = "This draft cannot be released: it breaks {count} rules. {first}"
    remedy = "Mend what the draft lists as hard conflicts, or let the solver do it."


class NothingPlaced(Conflict):
    detail = "This draft has no session in its place yet."
    remedy = "Place sessions, or let the solver do it; then propose the release."


class ChangedSinceSigned(Conflict):
    """`sessions` names what changed."""

    detail = "The programme was changed after it was signed: {titles}. All who must sign have to sign it again."
    remedy = "Propose the release of the draft anew."


def content_of(ground: Ground, placements: list[WallPlacement]) -> dict[str, Any]:
    """Return the one form in which a draft is signed."""
    sessions = {session.id: session for session in ground.sessions}
    rooms = {room.id: room for room in ground.rooms}
    ordered = sorted(placements, key=lambda each: (each.starts_at, each.session_id))
    used = dict.fromkeys(each.room_id for each in ordered)
    return {
        "edition": ground.edition,
        "timezone": ground.timezone,
        "rooms": [{"id": str(room), "name": rooms[room].name} for room in used],
        "sessions": [
            {
                "id": str(each.session_id),
                "kind": session.kind,
                "title": session.title,
                "plenary": session.plenary,
                "room_id": str(each.room_id),
                "starts_at": each.starts_at.isoformat(),
                "minutes": session.duration,
                "speakers": [
                    {"person_id": str(speaker.person_id), "role": speaker.seat_role}
                    for speaker in ground.speakers_of(session)
                ],
            }
            for each in ordered
            for session in (sessions[each.session_id],)
        ],
    }


def differing(signed: dict[str, Any], present: dict[str, Any]) -> list[dict[str, str]]:
    """Return the titles, as signed or else as they are now, of the sessions in which two contents differ."""
    before = {each["id"]: each for each in signed["sessions"]}
    after = {each["id"]: each for each in present["sessions"]}
    return [
        (before.get(key) or after[key])["title"]
        for key in dict.fromkeys([*before, *after])
        if before.get(key) != after.get(key)
    ]
