"""The tables that each service's schema holds beside its own: outbox, inbox, journal, keys, approvals, published."""

from sqlalchemy.orm import DeclarativeBase


class Mounted(DeclarativeBase):
    """Root of what the libraries mount in every service's schema."""
