"""Brings the database to what this code needs: `python -m infra.database`.

Where MOUSSEM_SUPERUSER_URL names a superuser of the server, roles and database are made first; where it does not, who
runs the server has made them. MOUSSEM_PASSWORDS may name the folder of the roles' passwords (`infra/passwords.py`).
"""

import os
from collections.abc import Mapping
from urllib.parse import urlsplit

from infra.passwords import passwords_in
from infra.roles import make_database
from libs.config import Settings, as_role, read_settings, with_files
from libs.db.migrating import migrate


def prepare(settings: Settings, superuser: str, passwords: str) -> list[str]:
    """Make the roles and each database that the settings name, and migrate every service's schema; see `migrate`."""
    if superuser:
        for database in {urlsplit(address).path[1:] for address in settings.direct_addresses}:
            make_database(superuser, database, passwords_in(passwords))
    return migrate(settings)


def superuser_in(environ: Mapping[str, str]) -> str:
    """Return the address of the superuser that the environment names, if it names one."""
    read = with_files(environ)
    superuser, password = read.get("MOUSSEM_SUPERUSER_URL", ""), read.get("MOUSSEM_SUPERUSER_PASSWORD", "")
    if superuser and password:
        superuser = as_role(superuser, urlsplit(superuser).username or "postgres", password=password)
    return superuser


def main() -> None:
    settings, superuser = read_settings(os.environ), superuser_in(os.environ)
    for sentence in prepare(settings, superuser, os.environ.get("MOUSSEM_PASSWORDS", "")):
        print(sentence, flush=True)  # noqa: T201 (a log's)


if __name__ == "__main__":
    main()
