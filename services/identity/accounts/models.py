"""The table of accounts: people who can sign in, the same in every tenant."""

from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column
from uuid_utils.compat import uuid7

from services.identity.db import Base


class Account(Base):
    """A person. Seen by their own address, and in the tenants that they have a mandate in; nowhere else.

    What a tenant knows of the person beyond that (their name) is in its memberships.
    """

    __tablename__ = "account"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    email: Mapped[str] = mapped_column(Text, unique=True)
    language: Mapped[str] = mapped_column(Text)
