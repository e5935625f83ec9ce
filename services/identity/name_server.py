"""Asking the name system for the records that prove a mail domain."""

import dns.asyncresolver
import dns.exception
import dns.resolver
import structlog

_SECONDS = 5.0
_MOST_RECORDS = 100

log = structlog.get_logger(__name__)


async def texts_of(name: str, server: str) -> list[str]:
    """Return the TXT records of a name as `server` (host:port; empty: this machine's) tells them; perhaps none."""
    resolver = dns.asyncresolver.Resolver(configure=not server)
    if server:
        host, _, port = server.rpartition(":")
        resolver.nameservers = [host]
        resolver.port = int(port)
    resolver.cache = None
    try:
        answer = await resolver.resolve(f"{name}.", "TXT", lifetime=_SECONDS, search=False)
    except dns.exception.DNSException as error:
        log.info("a name has no record", name=name, reason=type(error).__name__)
        return []
    return [b"".join(each.strings).decode("ascii", "replace").strip() for each in list(answer)[:_MOST_RECORDS]]
