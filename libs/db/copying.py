"""Copying rows of a table, as the making of an edition from another does: one INSERT … SELECT for all of them.

New ids are made here, by the application; each copy keeps in `origin_id` where it came from.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, TableValuedAlias, Uuid, column, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase
from uuid_utils.compat import uuid7

from libs.contracts.events import Origin


def to_be_copied(old: Iterable[UUID]) -> list[Origin]:
    """Return each row's id with the id that its copy will have."""
    return [Origin(origin_id=each, id=uuid7()) for each in old]


async def copy_rows(
    session: AsyncSession,
    table: type[DeclarativeBase],
    pairs: Sequence[Origin],
    *,
    follow: Mapping[str, Sequence[Origin]] | None = None,
    **changed: object,
) -> list[Origin]:
    """Copy the rows of `pairs` in one statement; return the pairs of those that were copied.

    `changed` names columns that differ: by a value, or by an expression over the row. `follow` names keys that point
    to rows which were copied too: they point to the copies, and a row whose target has no copy stays behind. So does
    one whose copy would break a unique key: copying again is harmless.
    """
    if not pairs:
        return []
    source = table.__table__
    ids = _unnested("copy", pairs)
    values: dict[str, ColumnElement[object]] = {each.name: each for each in source.columns}
    rows = source.join(ids, source.c.id == ids.c.old)
    for name, targets in (follow or {}).items():
        mapped = _unnested(f"{name}_copy", targets)
        rows = rows.join(mapped, source.c[name] == mapped.c.old)
        values[name] = mapped.c.new
    for name, value in changed.items():
        values[name] = value if isinstance(value, ColumnElement) else literal(value, source.c[name].type)
    values |= {"id": ids.c.new, "origin_id": source.c.id}
    copied = insert(table).from_select(list(values), select(*values.values()).select_from(rows))
    made = set(await session.scalars(copied.on_conflict_do_nothing().returning(source.c.id)))
    return [pair for pair in pairs if pair.id in made]


def _unnested(name: str, pairs: Sequence[Origin]) -> TableValuedAlias:
    """Return a table of old and new ids made from two arrays."""
    old, new = [pair.origin_id for pair in pairs], [pair.id for pair in pairs]
    unnest = func.unnest(literal(old, ARRAY(Uuid)), literal(new, ARRAY(Uuid)))
    return unnest.table_valued(column("old", Uuid), column("new", Uuid), name=name).render_derived()
