"""`./moussem backup` and `./moussem restore`, on an embedded instance and on servers of their own."""

import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from infra.backups.manifest import read_manifest
from infra.backups.restoring import restore, restore_files
from infra.backups.taking import take
from infra.database import superuser_in
from infra.embedded.place import instance_settings, is_embedded, read_place, settings_of
from infra.embedded.postgresql import prepare, running
from infra.embedded.reaching import reached
from infra.passwords import passwords_in
from infra.supervising.child import Say
from infra.supervising.folder import held
from infra.supervising.ties import NotStarted
from libs.config import SettingWrong, read_settings


def back_up(environ: Mapping[str, str], folder: Path, now: datetime, say: Say) -> None:
    """Back up the platform, whether it runs or not."""
    with reached(environ) as (beside, data):
        take(read_settings(beside), passwords_in(beside.get("MOUSSEM_PASSWORDS", "")), data, folder, now, say)


def bring_back(environ: Mapping[str, str], folder: Path, say: Say) -> None:
    """Restore a backup into an empty place: a new data folder, or empty databases on the servers that are set."""
    if is_embedded(environ):
        _into_data_folder(environ, folder, say)
    else:
        _into_servers(environ, folder, say)


def _into_data_folder(environ: Mapping[str, str], folder: Path, say: Say) -> None:
    read_manifest(folder)
    place = read_place(environ)
    if (place.data / "pg").exists():
        raise NotStarted(f"There is an instance in {place.data}: choose another folder with MOUSSEM_DATA.")
    with held(place.data):
        try:
            restore_files(folder, place.data)
            cluster = prepare(place.data)
            with running(cluster):
                settings = read_settings(settings_of(place, environ, database_url=cluster.address))
                restore(settings, cluster.superuser_address, {}, folder, say)
        except BaseException:
            shutil.rmtree(place.data / "pg", ignore_errors=True)  # half of an instance is none
            raise
    say(f"{place.data} holds what the backup holds; `./moussem demo` starts it")


def _into_servers(environ: Mapping[str, str], folder: Path, say: Say) -> None:
    beside = instance_settings(environ)
    superuser = superuser_in(beside)
    if not superuser:
        raise SettingWrong("MOUSSEM_SUPERUSER_URL", "is missing: a restore makes the roles, as a superuser")
    restore(read_settings(beside), superuser, passwords_in(beside.get("MOUSSEM_PASSWORDS", "")), folder, say)
