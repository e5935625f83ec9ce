"""PgBouncer between the services and PostgreSQL, in transaction mode: `python -m infra.production.pooler`.

Many processes share few connections. What needs a connection of its own (LISTEN, migrations) goes past it.
"""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from msgspec import Struct

from infra.listening import Listening, read_listening
from infra.passwords import passwords_in
from infra.supervising.privileges import lower_privileges
from infra.supervising.ties import NotStarted
from libs.config import SERVICES

_POSTGRESQL_PORT = 5432


class Pooler(Struct, frozen=True, kw_only=True):
    """`pool` is how many connections to the server each role has at most."""

    folder: Path
    listening: Listening
    server: str  # the direct address
    passwords: Mapping[str, str] = {}
    pool: int = 10

    @property
    def command(self) -> list[str]:
        return [*lower_privileges(self.folder), program(), str(self.folder / "pgbouncer.ini")]

    def write(self) -> None:
        """Write the configuration, and who may come in: the services' roles, by password where they have one."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.folder / "users.txt").write_text(
            "".join(f'"{service}" "{self.passwords.get(service, "")}"\n' for service in SERVICES)
        )
        (self.folder / "pgbouncer.ini").write_text(self.configuration())

    def configuration(self) -> str:
        server = urlsplit(self.server)
        database = server.path[1:]
        host = dict(parse_qsl(server.query)).get("host") or unquote(server.hostname or "")
        return f"""
[databases]
{database} = host={host} port={server.port or _POSTGRESQL_PORT} dbname={database}

[pgbouncer]
listen_addr = {self.listening.host}
listen_port = {self.listening.port}
unix_socket_dir =
auth_type = {"scram-sha-256" if self.passwords else "trust"}
auth_file = {self.folder}/users.txt
pool_mode = transaction
default_pool_size = {self.pool}
max_client_conn = 1000
query_wait_timeout = 10
server_tls_sslmode = prefer
tcp_keepalive = 1
log_connections = 0
log_disconnections = 0
"""


def program() -> str:
    found = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if found is None:
        raise NotStarted("PgBouncer is missing: install it (on Debian: apt-get install pgbouncer).")
    return found


def read_pooler(environ: Mapping[str, str]) -> Pooler:
    return Pooler(
        folder=Path(environ.get("MOUSSEM_DATA") or tempfile.gettempdir()) / "pooler",
        listening=read_listening(environ),
        server=environ["MOUSSEM_DIRECT_DATABASE_URL"],
        passwords=passwords_in(environ.get("MOUSSEM_PASSWORDS", "")),
        pool=int(environ.get("MOUSSEM_POOL_SIZE") or 10),
    )


def main() -> None:
    """Become PgBouncer."""
    pooler = read_pooler(os.environ)
    pooler.write()
    os.execvp(pooler.command[0], pooler.command)  # noqa: S606 (our own program)


if __name__ == "__main__":
    main()
