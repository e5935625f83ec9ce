"""Publishing documents: rendered once, compressed once."""

import gzip
import hashlib
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import brotli
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncSession

from libs.db.straight import run

REVALIDATED = "public, max-age=0, s-maxage=1, must-revalidate"  # a proxy of ours may keep it for a second
IMMUTABLE = "public, max-age=31536000, immutable"


_COLUMNS = ("content_type", "cache_control", "etag", "identity", "br", "gzip", "version", "published_at")
_PUBLISH = f"""
    INSERT INTO published (tenant_id, path, {", ".join(_COLUMNS)})
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::bytea[],
        $8::bytea[], $9::int[], $10::timestamptz[])
    ON CONFLICT (tenant_id, path) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS)}
    WHERE published.version <= excluded.version
"""  # noqa: S608 (names of ours)


class Document(Struct, frozen=True, kw_only=True):
    """What is answered at `path`."""

    path: str
    content_type: str
    body: bytes
    cache_control: str = REVALIDATED


async def publish_documents(
    session: AsyncSession, tenant_id: UUID, documents: Iterable[Document], *, version: int, now: datetime
) -> None:
    """Put documents at their addresses, in one statement, in place of the older versions that may be there."""
    rows = [
        (
            *(tenant_id, document.path, document.content_type, document.cache_control),
            f'"{hashlib.sha256(document.body).hexdigest()[:32]}"',
            *(document.body, brotli.compress(document.body, quality=9), gzip.compress(document.body, mtime=0)),
            *(version, now),
        )
        for document in sorted(documents, key=lambda document: document.path)
    ]
    if rows:
        await run(session, _PUBLISH, [list(column) for column in zip(*rows, strict=True)])
