"""The table of signing keys."""

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.db import Base
from services.identity.tokens.domain import KeyState


class Revocation(Base):
    """A client, a consent, a sign-in or one token (its `jti`): nothing of it is good any more. Kept while needed."""

    __tablename__ = "revocation"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class SigningKey(Base):
    """A key of the deployment: its public half as published (RFC 7517), its private one sealed with MOUSSEM_KEY."""

    __tablename__ = "signing_key"

    id: Mapped[str] = mapped_column(Text, primary_key=True)  # the `kid`: its thumbprint (RFC 7638)
    state: Mapped[KeyState] = mapped_column(Text, unique=True)
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    public: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sealed: Mapped[str] = mapped_column(Text)
