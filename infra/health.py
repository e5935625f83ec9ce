"""Whether one process does its work: what the supervisor asks, and a container's health check.

`python -m infra.health web | worker SERVICE | pooler | standing | proxy` ends well or not, by the environment of the
process that it asks about.
"""

import os
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import closing

import psycopg

from infra.listening import INTERNAL_PORT, LOOPBACK, read_listening
from libs.config import read_metrics, read_settings

_ANSWERS_WITHIN = 5.0  # seconds
_ALIVE = """
    SELECT EXISTS (SELECT FROM {service}.worker WHERE name LIKE %s AND seen_at > now() - interval '5 seconds')
"""


def answers(url: str) -> bool:
    """Whether an address of ours answers well."""
    try:
        with urllib.request.urlopen(url, timeout=_ANSWERS_WITHIN) as answer:  # noqa: S310 (our own http address)
            return bool(answer.status == 200)  # noqa: PLR2004 (HTTP's OK)
    except (urllib.error.URLError, OSError):
        return False


def takes_connections(host: str, port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.settimeout(_ANSWERS_WITHIN)
        return probe.connect_ex((host, port)) == 0


def tells_its_figures(environ: Mapping[str, str]) -> bool:
    return takes_connections(LOOPBACK, int(read_metrics(environ).rpartition(":")[2]))


def tells_that_it_lives(environ: Mapping[str, str], service: str, process: str) -> bool:
    """Whether a service's worker has lately said that it lives; `process` is its number, or `%` for any here."""
    settings = read_settings(environ)
    address = settings.address(service, driver="postgresql", direct=True)
    try:
        with psycopg.connect(address, connect_timeout=int(_ANSWERS_WITHIN)) as connection:
            name = f"{socket.gethostname()}-{process}"
            found = connection.execute(_ALIVE.format(service=service).encode(), (name,)).fetchone()
    except psycopg.Error:
        return False
    return bool(found and found[0])


def is_healthy(arguments: Sequence[str], environ: Mapping[str, str]) -> bool:
    kind, *rest = arguments
    if kind == "worker":
        return tells_that_it_lives(environ, rest[0], "%")
    if kind == "standing":
        return tells_its_figures(environ)
    port = read_listening(environ).port
    if kind == "pooler":
        return takes_connections(LOOPBACK, port)
    if kind == "proxy":  # outside, it may answer by TLS only
        port = int((environ.get("MOUSSEM_INTERNAL_LISTEN") or f":{INTERNAL_PORT}").rpartition(":")[2])
    return answers(f"http://{LOOPBACK}:{port}/healthz")


if __name__ == "__main__":
    sys.exit(0 if is_healthy(sys.argv[1:], os.environ) else "not healthy")
