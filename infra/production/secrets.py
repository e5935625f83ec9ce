"""The files that hold what is secret: `python -m infra.production.secrets FOLDER` makes those that are missing.

Only their owner enters the folder; the files in it may be read, so that a container's own user can.
"""

import base64
import os
import secrets
import sys
from pathlib import Path

from infra.passwords import OWNERS, password_file
from infra.production.processes import BROKER, KEY, SUPERUSER
from libs.config import KEY_BYTES

RABBITMQ = "rabbitmq.conf"
_READABLE = 0o644


def make_secrets(folder: Path, key: str = "") -> None:
    """Make the deployment's key (unless it is given) and its database roles' passwords, where they are missing."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keep(folder / KEY, key or base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode())
    for owner in OWNERS:
        keep(folder / password_file(owner), secrets.token_hex(24))


def make_servers_secrets(folder: Path) -> None:
    """Make what PostgreSQL and RabbitMQ of the compose file are started with, and how the services reach the latter."""
    keep(folder / SUPERUSER, secrets.token_hex(24))
    password = secrets.token_hex(24)
    keep(folder / RABBITMQ, f"default_user = moussem\ndefault_pass = {password}\ndefault_vhost = moussem\n")
    keep(folder / BROKER, f"amqp://moussem:{password}@rabbitmq:5672/moussem")


def keep(file: Path, new: str) -> None:
    """Make a file with `new` in it, whole or not at all, unless it is there."""
    if not file.exists():
        beside = file.with_name(f"{file.name}.new")
        beside.write_text(new)
        beside.chmod(_READABLE)
        beside.rename(file)


if __name__ == "__main__":
    os.umask(0o077)
    make_secrets(Path(sys.argv[1]))
    make_servers_secrets(Path(sys.argv[1]))
