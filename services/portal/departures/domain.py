"""Where a departure leads. Pure."""

from urllib.parse import urlsplit


def origin_of(address: str) -> str:
    """Return the scheme and place of an address that identity has admitted; nothing for none."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if address else ""
