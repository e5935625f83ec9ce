"""The database roles' passwords: a folder with a file for each service, the migrator and the inspector.

`editions_password` is that of the role `editions` and of `editions_relay`: a process of the service needs both.
"""

from pathlib import Path

from libs.config import SERVICES

MIGRATOR = "migrator"
INSPECTOR = "inspector"  # reads everything: for backups
OWNERS = (MIGRATOR, INSPECTOR, *SERVICES)


def password_file(owner: str) -> str:
    return f"{owner}_password"


def passwords_in(folder: str) -> dict[str, str]:
    """Return the password of each role that has one there; none without a folder."""
    files = {owner: Path(folder) / password_file(owner) for owner in OWNERS} if folder else {}
    found = {owner: file.read_text().strip() for owner, file in files.items() if file.exists()}
    relays = {f"{service}_relay": found[service] for service in SERVICES if service in found}
    return found | relays
