"""What changed between two wordings, word by word."""

from difflib import SequenceMatcher
from typing import Literal

from msgspec import Struct


class Piece(Struct, frozen=True):
    """Words that stand in both wordings, only in the earlier, or only in the later one."""

    kind: Literal["same", "removed", "added"]
    words: str


def compare(before: str, after: str) -> list[Piece]:
    """Return the pieces in reading order: what was removed stands before what came in its place."""
    earlier, later = before.split(), after.split()
    pieces: list[Piece] = []
    for kind, start, end, from_, to in SequenceMatcher(a=earlier, b=later, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", " ".join(earlier[start:end])))
            continue
        if start < end:
            pieces.append(Piece("removed", " ".join(earlier[start:end])))
        if from_ < to:
            pieces.append(Piece("added", " ".join(later[from_:to])))
    return pieces
