"""Published documents, in a service's schema."""

from datetime import datetime

from sqlalchemy import DateTime, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tables import Mounted
from libs.db.tenancy import TenantId


class PublishedDocument(Mounted):
    """One address and what is answered there, in three encodings."""

    __tablename__ = "published"

    tenant_id: Mapped[TenantId]
    path: Mapped[str] = mapped_column(Text, primary_key=True)
    content_type: Mapped[str] = mapped_column(Text)
    cache_control: Mapped[str] = mapped_column(Text)
    etag: Mapped[str] = mapped_column(Text)
    identity: Mapped[bytes] = mapped_column(LargeBinary)
    br: Mapped[bytes] = mapped_column(LargeBinary)
    gzip: Mapped[bytes] = mapped_column(LargeBinary)
    version: Mapped[int]
    published_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
