"""The table of refused clients."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Index, Text
from sqlalchemy.orm import Mapped, mapped_column
from uuid_utils.compat import uuid7

from services.identity.db import Base


class RefusedClient(Base):
    """Somebody who was not let in as a client, known or not: the fingerprint of the name and the network together."""

    __tablename__ = "refused_client"
    __table_args__ = (Index("refused_clients_by_name", "name", "at"), Index("refused_clients_by_age", "at"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
