"""Which addresses we connect to when somebody outside chose where. Pure: no I/O.

Whoever may name an address that we call could have us call our own network (server-side request forgery): only what
the whole internet reaches is called, and what the operator allows beside it.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from libs.errors import Invalid

_TRANSLATED = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_LONGEST = 2_000


class AddressNotAllowed(Invalid):
    detail = "{address} is not an address that is called from here."
    remedy = "Give one that begins with https:// and that the whole internet can reach."


class Allowed:
    """Networks that are called although they are not public: none, unless the operator names some."""

    def __init__(self, networks: Iterable[str] = ()) -> None:
        self._networks = [ip_network(each) for each in networks]

    def admits(self, address: str) -> bool:
        """Whether a connection to this address of the internet protocol may be made."""
        found = _innermost(ip_address(address.partition("%")[0]))
        if any(found in network for network in self._networks):
            return True
        return found.is_global and not found.is_multicast

    def admits_plain(self, host: str) -> bool:
        """Whether a host is called without TLS: this machine itself, where the operator allows it."""
        try:
            found = ip_address(host)
        except ValueError:
            return False
        return found.is_loopback and any(found in network for network in self._networks)

    def check(self, url: str) -> SplitResult:
        """Return an address taken apart; raise `AddressNotAllowed` if its form alone says that it is not called."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise AddressNotAllowed(address=url[:_LONGEST]) from None
        host = parts.hostname or ""
        secured = parts.scheme == "https" or (parts.scheme == "http" and self.admits_plain(host))
        odd = parts.username is not None or parts.password is not None or port == 0
        if not secured or not host or odd or not url.isascii() or not url.isprintable() or len(url) > _LONGEST:
            raise AddressNotAllowed(address=url[:_LONGEST])
        return parts


def _innermost(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that one of IPv6 stands for, if it stands for one."""
    if isinstance(address, IPv4Address):
        return address
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
