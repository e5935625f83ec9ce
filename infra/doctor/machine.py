"""The machine: its zone data, the data folder's disk and owner, the programs that production needs."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from infra.doctor.findings import Finding, Patient
from infra.production.pooler import program as pgbouncer
from infra.production.proxy import program as nginx
from infra.production.tls import read_tls
from infra.supervising.ties import NotStarted
from libs.config import SettingWrong
from libs.zones import require_recent_zone_data

_MEBIBYTE = 2**20
_LEAST_FREE = 500  # mebibytes: PostgreSQL stops when its log of changes finds no room
_RENEWED_BEFORE = 14  # days
_OTHERS_MAY_READ = 0o077


def examine_zone_data() -> Iterator[Finding]:
    try:
        require_recent_zone_data()
    except SettingWrong as wrong:
        yield Finding(f"The {wrong}.", "Run `make .venv/ready` again: the locked version knows it.")


def examine_programs(patient: Patient) -> Iterator[Finding]:
    """Whether the programs are there that the services apart are run with."""
    programs: tuple[Callable[[], str], ...] = (nginx, pgbouncer) if patient.apart else ()
    for program in programs:
        try:
            program()
        except NotStarted as missing:
            what, _, remedy = str(missing).partition(": ")
            yield Finding(f"{what}.", f"{remedy[:1].upper()}{remedy[1:]}")


def examine_certificate(patient: Patient) -> Iterator[Finding]:
    """Whether the certificate that our proxy shows, if it does, is good for some time yet."""
    tls = read_tls(patient.environ) if patient.apart else None
    if tls is None:
        return
    left = (tls.expires_at() - patient.clock()).days
    if left < _RENEWED_BEFORE:
        when = f"expires in {left} days" if left >= 0 else f"expired {-left} days ago"
        yield Finding(
            f"The certificate in {tls.certificate} {when}.",
            "Renew it, then run `./moussem restart`: nginx reads it anew.",
        )


def examine_folder(data: Path) -> Iterator[Finding]:
    """Whether the data folder is ours, nobody else's, and has room."""
    if not data.exists():
        return
    found = data.stat()
    if found.st_uid != os.geteuid():
        yield Finding(
            f"The data folder {data} belongs to another user (number {found.st_uid}).",
            f"Run this as that user, or give the folder to yourself: chown -R $(id -un) {data}.",
        )
    if found.st_mode & _OTHERS_MAY_READ:
        yield Finding(f"Others on this machine may look into {data}, where the key lies.", f"Run chmod 700 {data}.")
    free = shutil.disk_usage(data).free // _MEBIBYTE
    if free < _LEAST_FREE:
        yield Finding(
            f"The disk of {data} is nearly full: {free} MB are free.",
            f"Free some room ({_LEAST_FREE} MB at least): without any, nothing can be written.",
        )


def examine_key(data: Path) -> Iterator[Finding]:
    """Whether the key is there that a folder with a database must have, and can be read."""
    keys = [data / "secrets" / "key"] if (data / "secrets").exists() else [data / "key"] * (data / "pg").exists()
    for key in keys:
        try:
            key.read_bytes()
        except OSError as error:
            yield Finding(
                f"The key in {key} cannot be read: {error.strerror}.",
                "Bring it back from a backup: with another key no letter's link and no signing key can be opened.",
            )
