"""The one command line, behind `./moussem`."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg
from msgspec import ValidationError, convert

from infra.embedded.demonstration import load, where_to_look
from infra.embedded.place import instance_settings, read_place
from infra.embedded.supervisor import supervise
from infra.supervising.ties import NotStarted
from libs.config import Settings, SettingWrong, read_settings
from libs.errors import DomainError
from libs.zones import require_recent_zone_data

# What a command needs of the services is imported by the command: the supervisor would keep it in memory for ever.
# ruff: noqa: PLC0415


def main() -> None:
    try:
        run(sys.argv[1:], os.environ)
    except (SettingWrong, NotStarted, ValidationError) as reason:
        sys.exit(f"moussem: {reason}")
    except DomainError as refusal:
        sys.exit(f"moussem: {refusal} {refusal.remedy}".rstrip())
    except OSError as error:  # a full disk, a folder that may not be written
        sys.exit(f"moussem: {error.filename or 'The system'}: {error.strerror}.")


def run(arguments: Sequence[str], environ: Mapping[str, str]) -> None:
    """Do what the command line says; raise the reason where that cannot be done."""
    given = _parser().parse_args(arguments)
    if given.run is not _doctor:  # which finds it with all else
        require_recent_zone_data()
    given.run(given, environ)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./moussem", description="Industry days, organised together.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="run everything on this machine, with the demonstration's data")
    demo.add_argument("--empty", action="store_true", help="without the demonstration's data")
    demo.set_defaults(run=_demo)

    up = commands.add_parser("up", help="run the services apart, on this machine's PostgreSQL and RabbitMQ")
    up.add_argument("--demo", action="store_true", help="with the demonstration's data")
    up.add_argument("--each", type=int, default=1, metavar="N", help="so many of each service's processes")
    up.add_argument("--foreground", action="store_true", help="stay until stopped")
    up.set_defaults(run=_up)
    restart = commands.add_parser("restart", help="replace what `up` started by the present code, one by one")
    restart.set_defaults(run=_restart)
    down = commands.add_parser("down", help="stop what `up` started")
    down.set_defaults(run=_down)

    migrate = commands.add_parser("migrate", help="bring the database up to this code")
    migrate.set_defaults(run=_migrate)

    keys = commands.add_parser("keys", help="the keys that sign tokens").add_subparsers(
        required=True, metavar="COMMAND"
    )
    rotate = keys.add_parser("rotate", help="let the next key sign from now on (by itself every ninety days)")
    rotate.add_argument(
        "--leaked", action="store_true", help="forget all keys that there are: ends every token at once"
    )
    rotate.set_defaults(run=_rotate_keys)
    doctor = commands.add_parser("doctor", help="say what is wrong, and what to do about it")
    doctor.set_defaults(run=_doctor)

    backup = commands.add_parser(
        "backup", help="keep all that the platform holds in a new folder, while it runs or not"
    )
    backup.add_argument("folder", type=Path)
    backup.set_defaults(run=_backup)
    restore = commands.add_parser("restore", help="bring a backup into an empty place, and compare")
    restore.add_argument("folder", type=Path)
    restore.set_defaults(run=_restore)

    _add_tenant(commands.add_parser("tenant", help="make a tenant").add_subparsers(required=True, metavar="COMMAND"))
    _add_events(
        commands.add_parser("events", help="facts that did not arrive").add_subparsers(required=True, metavar="COMMAND")
    )
    return parser


def _add_tenant(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    create = commands.add_parser("create", help="make a tenant, and the link that signs its administrator in")
    create.add_argument("slug", help="its short name in addresses")
    create.add_argument("--name", action="append", required=True, metavar="LANGUAGE=NAME", type=_pair)
    create.add_argument("--country", required=True, help="ISO 3166-1, e.g. MA")
    create.add_argument("--timezone", required=True, help="e.g. Africa/Casablanca")
    create.add_argument("--administrator", required=True, metavar="E-MAIL")
    create.add_argument("--administrator-name", required=True, metavar="NAME")
    create.set_defaults(run=_create_tenant)


def _add_events(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    commands.add_parser("parked", help="show what no retry could deliver").set_defaults(run=_parked)

    replay = commands.add_parser("replay", help="bring what is parked again, or send again all since a moment")
    replay.add_argument("--service", type=_service, help="only this one")
    what = replay.add_mutually_exclusive_group()
    what.add_argument("--fact", type=UUID, help="only this one")
    what.add_argument("--since", type=_moment, metavar="MOMENT", help="ISO 8601, e.g. 2026-11-03T09:00Z")
    replay.set_defaults(run=_replay)

    announce = commands.add_parser("announce", help="let a service tell all it owns anew")
    announce.add_argument("--service", type=_service, required=True)
    announce.set_defaults(run=_announce)


def _demo(given: argparse.Namespace, environ: Mapping[str, str]) -> None:
    async def once_ready(settings: Mapping[str, str]) -> None:
        if not given.empty:
            await load(settings)
        for line in where_to_look(settings):
            _say(line)
        _say("Ctrl-C stops everything; what was done is kept.")

    supervise(read_place(environ), environ, _say, once_ready)


def _up(given: argparse.Namespace, environ: Mapping[str, str]) -> None:
    from infra.production import commands

    if given.foreground:
        commands.run_here(environ, _say, demo=given.demo, each=given.each)
    else:
        commands.start(environ, demo=given.demo, each=given.each)


def _restart(_: argparse.Namespace, environ: Mapping[str, str]) -> None:
    from infra.production import commands

    commands.restart(environ)
    _say("asked for; it says when it is done in logs/supervisor.log")


def _down(_: argparse.Namespace, environ: Mapping[str, str]) -> None:
    from infra.production import commands

    commands.stop(environ)
    _say("stopped")


def _migrate(_: argparse.Namespace, environ: Mapping[str, str]) -> None:
    from libs.db.migrating import migrate

    for sentence in migrate(_settings(environ)):
        _say(sentence)


def _doctor(_: argparse.Namespace, environ: Mapping[str, str]) -> None:
    from infra.doctor.commands import examine, report

    if not report(examine(environ, lambda: datetime.now(UTC)), _say):
        sys.exit(1)


def _backup(given: argparse.Namespace, environ: Mapping[str, str]) -> None:
    from infra.backups.commands import back_up

    back_up(environ, given.folder.absolute(), datetime.now(UTC), _say)


def _restore(given: argparse.Namespace, environ: Mapping[str, str]) -> None:
    from infra.backups.commands import bring_back

    bring_back(environ, given.folder.absolute(), _say)


def _create_tenant(given: argparse.Namespace, environ: Mapping[str, str]) -> None:
    from infra.founding import found_tenant
    from services.identity.tenants.commands import CreateTenant

    name = dict(given.name)
    language = next(iter(name))
    command = {
        "slug": given.slug,
        "name": name,
        "country": given.country,
        "timezone": given.timezone,
        "languages": list(name),
        "administrator": {"email": given.administrator, "name": given.administrator_name, "language": language},
    }
    link = found_tenant(_settings(environ), convert(command, CreateTenant), datetime.now(UTC))
    _say(f"{given.slug} is made; its administrator signs in by {link}")


def _rotate_keys(given: argparse.Namespace, environ: Mapping[str, str]) -> None:
    from infra.keys import rotate_now

    kid = rotate_now(_settings(environ), datetime.now(UTC), leaked=given.leaked)
    _say(f"{kid} signs from now on")


def _parked(_: argparse.Namespace, environ: Mapping[str, str]) -> None:
    from infra.facts import list_parked

    list_parked(_settings(environ), _say)


def _replay(given: argparse.Namespace, environ: Mapping[str, str]) -> None:
    from infra.facts import bring_again, send_again

    if given.since:
        send_again(_settings(environ), given.service, given.since, _say)
    else:
        bring_again(_settings(environ), given.service, given.fact, datetime.now(UTC), _say)


def _announce(given: argparse.Namespace, environ: Mapping[str, str]) -> None:
    from infra.facts import announce_all

    announce_all(_settings(environ), given.service, datetime.now(UTC), _say)


def _settings(environ: Mapping[str, str]) -> Settings:
    """Return the settings of a platform whose database answers."""
    settings = read_settings(instance_settings(environ))
    try:
        psycopg.connect(settings.address("migrator", driver="postgresql", direct=True), connect_timeout=5).close()
    except psycopg.OperationalError as error:
        reason = str(error).strip().partition("\n")[0]
        raise NotStarted(f"The database does not answer; is the platform running? ({reason})") from None
    return settings


def _pair(value: str) -> tuple[str, str]:
    language, _, name = value.partition("=")
    if not name:
        raise argparse.ArgumentTypeError("must be LANGUAGE=NAME, e.g. fr='Journée nationale de l'industrie'")
    return language, name


def _service(value: str) -> str:
    from libs.config import SERVICES

    if value not in SERVICES:
        raise argparse.ArgumentTypeError(f"must be one of {', '.join(SERVICES)}")
    return value


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _say(line: str) -> None:
    print(f"moussem: {line}", flush=True)  # noqa: T201 (this is the terminal)
