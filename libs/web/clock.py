"""The clock of the edge: read once a request, handed to commands and rules as a value."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present instant; dependency `now` of the handlers."""
    return datetime.now(UTC)
