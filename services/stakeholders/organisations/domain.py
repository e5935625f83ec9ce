"""What an organisation may be. Pure: no I/O, no clock, no framework."""

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from libs.errors import Conflict, Invalid, NotFound
from libs.i18n.folding import fold
from libs.i18n.text import Text, normalise

Kind = Literal["ministry", "institution", "confederation", "federation", "company", "region", "media", "partner"]


class NoSuchParent(NotFound):
    detail = "There is no organisation {parent} to belong to."
    remedy = "Take the id of one from the list of organisations."


class ParentIsBelow(Conflict):
    detail = "An organisation cannot belong to itself or to one that belongs to it."
    remedy = "Take an organisation that stands above this one, or none."


class SlugTaken(Conflict):
    detail = "There is an organisation {slug} already."
    remedy = "Take another short name, or change the organisation that has this one."


class Nameless(Invalid):
    detail = "An organisation has a name in at least one language."
    remedy = "Leave it a name, or give it one in another language."


def rename(name: Mapping[str, str], changes: Mapping[str, str | None]) -> Text:
    """Return a name after a merge patch (RFC 7396): languages are added, changed, or taken away by null."""
    renamed = normalise({language: words for language, words in {**name, **changes}.items() if words is not None})
    if not renamed:
        raise Nameless(pointer="/name")
    return renamed


def check_parent(organisation_id: UUID, lineage: frozenset[UUID]) -> None:
    """Return if an organisation may belong to one with that `lineage`: itself and all that it belongs to."""
    if organisation_id in lineage:
        raise ParentIsBelow(pointer="/parent_id")


def found_by(slug: str, acronym: str, name: Mapping[str, str]) -> str:
    """Return what searches look in: every way in which somebody may name the organisation, folded (P29)."""
    return fold(" ".join((slug, acronym, *name.values())))
