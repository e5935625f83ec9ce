"""The one command line, behind `./moussem`."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence

from infra.embedded.demonstration import load, where_to_look
from infra.embedded.place import instance_settings, read_place
from infra.embedded.processes import NotStarted
from infra.embedded.supervisor import supervise
from libs.config import SettingWrong, read_settings


def main() -> None:
    try:
        run(sys.argv[1:], os.environ)
    except (SettingWrong, NotStarted) as reason:
        sys.exit(f"moussem: {reason}")
    except OSError as error:  # a full disk, a folder that may not be written
        sys.exit(f"moussem: {error.filename or 'The system'}: {error.strerror}.")


def run(arguments: Sequence[str], environ: Mapping[str, str]) -> None:
    """Do what the command line says; raise `SettingWrong` or `NotStarted` where that cannot be done."""
    given = _parser().parse_args(arguments)
    given.run(given, environ)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./moussem", description="Industry days, organised together.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="run everything on this machine, with the demonstration's data")
    demo.add_argument("--empty", action="store_true", help="without the demonstration's data")
    demo.set_defaults(run=_demo)

    migrate = commands.add_parser("migrate", help="bring the database up to this code")
    migrate.set_defaults(run=_migrate)
    return parser


def _demo(given: argparse.Namespace, environ: Mapping[str, str]) -> None:
    async def once_ready(settings: Mapping[str, str]) -> None:
        if not given.empty:
            await load(settings)
        for line in where_to_look(settings):
            _say(line)

    supervise(read_place(environ), environ, _say, once_ready)


def _migrate(_: argparse.Namespace, environ: Mapping[str, str]) -> None:
    from libs.db.migrating import migrate  # noqa: PLC0415 (SQLAlchemy shall not stay in the supervisor's memory)

    migrate(read_settings(instance_settings(environ)))


def _say(line: str) -> None:
    print(f"moussem: {line}", flush=True)  # noqa: T201 (this is the terminal)
