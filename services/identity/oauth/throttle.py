"""How often a client may be named wrongly before that is answered shortly. Pure.

Counted for a client's name and the network that it comes from together: who guesses elsewhere locks nobody out. A right
secret is let in all the same; what is limited is how many wrong ones are looked at, answered in full and written down.
"""

from datetime import timedelta
from ipaddress import IPv6Address, ip_address

WINDOW = timedelta(minutes=5)
MOST_IN_WINDOW = 10


def network_of(host: str) -> str:
    """Return whose neighbours count together: an IPv4 address, or the /64 that one subscriber has."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return f"{address.exploded[:19]}::/64"
    return str(address)


def is_too_often(refused_in_window: int) -> bool:
    return refused_in_window >= MOST_IN_WINDOW
