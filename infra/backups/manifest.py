"""What lies in a backup's folder, and what it says of itself."""

from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from infra.backups.contents import Contents
from infra.supervising.ties import NotStarted

_MANIFEST = "manifest.json"
FILES = ("key", "demo.json")  # of a data folder; its mailbox, logs and socket are of the moment


class Dump(Struct, frozen=True, kw_only=True):
    """One database: whose tables are in it, and what they held."""

    services: list[str]
    file: str
    server_version: int  # major
    revisions: dict[str, str]  # of the services' migrations
    contents: Contents


class Manifest(Struct, frozen=True, kw_only=True):
    made_at: datetime
    key: str  # the mark of the deployment's key, not the key
    with_broker: bool  # whether the queues lie in a database that is in the backup
    dumps: list[Dump]


def write_manifest(folder: Path, manifest: Manifest) -> None:
    (folder / _MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))


def read_manifest(folder: Path) -> Manifest:
    """Return what a backup says of itself; raise `NotStarted` for a folder that is none, or not a whole one."""
    try:
        manifest = msgspec.json.decode((folder / _MANIFEST).read_bytes(), type=Manifest)
    except FileNotFoundError:
        raise NotStarted(f"{folder} is no backup: it has no {_MANIFEST}.") from None
    except msgspec.DecodeError as error:
        raise NotStarted(f"{folder / _MANIFEST} cannot be read: {error}") from None
    for dump in manifest.dumps:
        if not (folder / dump.file).is_file():
            raise NotStarted(f"The backup in {folder} is not whole: {dump.file} is missing.")
    return manifest
