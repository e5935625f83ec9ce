"""From a solver's programmes to the draft: which is better, and what of it still stands. Pure."""

from uuid import UUID

from services.scheduling.constraints.registry import check, hard, score
from services.scheduling.ground.domain import Ground, WallPlacement, programme_of


def better(ground: Ground, found: list[WallPlacement], standing: list[WallPlacement]) -> list[WallPlacement]:
    """Return what was found, without what is no longer there, unless the draft is valid and as good already."""
    rooms, sessions = {room.id for room in ground.rooms}, {session.id for session in ground.sessions}
    kept = [each for each in found if each.room_id in rooms and each.session_id in sessions]
    return kept if _loss(ground, kept) < _loss(ground, standing) else standing


def unplaced(ground: Ground, placements: list[WallPlacement]) -> list[UUID]:
    placed = {each.session_id for each in placements}
    return [session.id for session in ground.sessions if session.id not in placed]


def _loss(ground: Ground, placements: list[WallPlacement]) -> tuple[int, ...]:
    problem = ground.problem()
    conflicts = check(problem, programme_of(problem, placements))
    return len(hard(conflicts)), *score(conflicts).values()
