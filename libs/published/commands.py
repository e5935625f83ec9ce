"""Publishing a document: rendered once, compressed once."""

import gzip
import hashlib
from datetime import datetime
from uuid import UUID

import brotli
from msgspec import Struct, structs
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from libs.published.models import PublishedDocument

REVALIDATED = "public, max-age=0, s-maxage=1, must-revalidate"  # a proxy of ours may keep it for a second
IMMUTABLE = "public, max-age=31536000, immutable"


class Document(Struct, frozen=True, kw_only=True):
    """What is answered at `path`."""

    path: str
    content_type: str
    body: bytes
    cache_control: str = REVALIDATED


async def publish_document(
    session: AsyncSession, tenant_id: UUID, document: Document, *, version: int, now: datetime
) -> None:
    """Put a document at its address, in place of the older version that may be there."""
    told = {name: value for name, value in structs.asdict(document).items() if name != "body"}
    row = insert(PublishedDocument).values(
        tenant_id=tenant_id,
        **told,
        etag=f'"{hashlib.sha256(document.body).hexdigest()[:32]}"',
        identity=document.body,
        br=brotli.compress(document.body, quality=9),
        gzip=gzip.compress(document.body, mtime=0),
        version=version,
        published_at=now,
    )
    kept = {column.name for column in PublishedDocument.__table__.columns} - {"tenant_id", "path"}
    await session.execute(
        row.on_conflict_do_update(
            index_elements=[PublishedDocument.tenant_id, PublishedDocument.path],
            set_={name: row.excluded[name] for name in kept},
            where=PublishedDocument.version <= row.excluded.version,
        )
    )
