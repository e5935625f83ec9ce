"""Projections: small copies of what other services tell, guarded by the version of what is told."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase


async def keep_newest(
    session: AsyncSession,
    table: type[DeclarativeBase],
    told: Mapping[str, Any],
    *,
    key: tuple[str, ...] = ("tenant_id", "id"),
) -> bool:
    """Write what was told unless a newer version is there; return whether it was news."""
    row = insert(table).values(told)
    columns = table.__table__.columns
    newest = row.on_conflict_do_update(
        index_elements=[columns[name] for name in key],
        set_={name: row.excluded[name] for name in told if name not in key},
        where=columns["version"] < row.excluded["version"],
    )
    return await session.scalar(newest.returning(columns["version"])) is not None
