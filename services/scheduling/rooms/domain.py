"""Why a room cannot be made, or be taken away."""

from libs.errors import Conflict


class RoomSlugTaken(Conflict):
    detail = "There is a room {slug} in this edition already."
    remedy = "Take another short name."


class RoomInUse(Conflict):
    """`sessions` names what it holds, each with its id, title and draft."""

    detail = "{room} holds {count} sessions: {titles}."
    remedy = "Move them to another room, or take them off the draft; then delete the room."
