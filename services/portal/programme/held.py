"""Which drafts still hold a room or a session, so that a refusal can lead to where it is mended."""

import asyncio
from typing import Any

from msgspec import Struct

from services.portal.visits import Visit


class Held(Struct, frozen=True, kw_only=True):
    """A session's place in a draft; `number` is how the drafts are counted, the oldest first."""

    session_id: str
    title: dict[str, str]
    draft_id: str
    number: int


async def places_of(visit: Visit, edition: str, *, room: str = "", session: str = "") -> list[Held]:
    """Return the places that drafts give in a room, or to a session, the newest draft first."""
    drafts, sessions = await asyncio.gather(
        visit.services.items("/drafts", edition=edition), visit.services.items("/sessions", edition=edition)
    )
    titles = {each["id"]: each["title"] for each in sessions}
    read: list[Any] = await asyncio.gather(*(visit.services.get(f"/drafts/{each['id']}") for each in drafts))
    return [
        Held(
            session_id=each["session_id"],
            title=titles.get(each["session_id"], {}),
            draft_id=draft["id"],
            number=len(drafts) - place,
        )
        for place, draft in enumerate(read)
        for each in draft["placements"]
        if each["room_id"] == room or each["session_id"] == session
    ]
