"""PostgreSQL's own programs for dumps: the machine's where they are new enough, else those of the embedded server."""

import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
from urllib.parse import unquote, urlsplit, urlunsplit

from infra.embedded.postgresql import program as embedded_program
from infra.supervising.ties import NotStarted

_FROM_17 = b"SET transaction_timeout = 0;\n"  # what pg_restore says, and a server older than that does not know


def dump(address: str, file: Path, *, snapshot: str, server_version: int) -> None:
    """Write what `snapshot` shows of a database into `file`; raise `NotStarted` with pg_dump's reason."""
    command = ["--format=custom", f"--snapshot={snapshot}", f"--file={file}", f"--dbname={_without_password(address)}"]
    done = subprocess.run(  # noqa: S603 (our own program)
        [_program("pg_dump", server_version), *command],
        check=False,
        capture_output=True,
        env=_knowing_password(address),
    )
    if done.returncode:
        raise NotStarted(f"The database cannot be dumped: {_reason(done.stderr)}")


def load(file: Path, address: str, *, server_version: int) -> None:
    """Bring what a dump holds into a database, all or nothing; raise `NotStarted` with psql's reason."""
    reading = [_program("pg_restore", server_version), "--file=-", str(file)]
    writing = [
        _program("psql", server_version),
        "--no-psqlrc",
        "--quiet",
        "--output=/dev/null",
        "--single-transaction",
        "--set=ON_ERROR_STOP=1",
        f"--dbname={_without_password(address)}",
    ]
    with (
        TemporaryFile() as complaints,
        subprocess.Popen(reading, stdout=subprocess.PIPE, stderr=complaints) as reader,  # noqa: S603 (our own program)
        subprocess.Popen(  # noqa: S603 (our own program)
            writing, stdin=subprocess.PIPE, stderr=complaints, env=_knowing_password(address)
        ) as writer,
    ):
        if reader.stdout and writer.stdin:
            with suppress(BrokenPipeError):  # of a writer that has ended, and said why
                _pass_on(reader.stdout, writer.stdin)
        ended = writer.wait(), reader.wait()
        complaints.seek(0)
        if any(ended):
            raise NotStarted(f"The backup cannot be restored: {_reason(complaints.read())}")


def _pass_on(script: IO[bytes], to: IO[bytes]) -> None:
    """Pass a script on without the one line of its head that older servers do not know."""
    with script, to:
        for line in script:
            if line == _FROM_17:
                break
            to.write(line)
        shutil.copyfileobj(script, to)


def _program(name: str, server_version: int) -> str:
    """Return a program that is no older than the server."""
    found = shutil.which(name)
    if found and _version(found) >= server_version:
        return found
    try:
        own = str(embedded_program(name))
    except ModuleNotFoundError:
        own = ""
    if own and Path(own).exists() and _version(own) >= server_version:
        return own
    raise NotStarted(f"{name} of PostgreSQL {server_version} is needed: install its client programs on this machine.")


def _version(program: str) -> int:
    """Return the major version that a program names: `pg_dump (PostgreSQL) 15.13 (Debian …)`."""
    said = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout  # noqa: S603 (found)
    return int(said.partition("(PostgreSQL) ")[2].partition(".")[0])


def _without_password(address: str) -> str:
    """Return an address as it may stand on a command line, which everybody on the machine can read."""
    parts = urlsplit(address)
    user, _, place = parts.netloc.rpartition("@")
    return urlunsplit((parts.scheme, f"{user.partition(':')[0]}@{place}", parts.path, parts.query, ""))


def _knowing_password(address: str) -> dict[str, str]:
    password = urlsplit(address).password
    own = {"PGPASSWORD": unquote(password)} if password else {}
    return {**os.environ, **own, "PGOPTIONS": "-c client_min_messages=warning"}


def _reason(said: bytes) -> str:
    lines = [line for line in said.decode(errors="replace").splitlines() if line.strip()]
    grave = [line for line in lines if "error" in line.lower() or "FATAL" in line]
    return (grave or lines or ["it says nothing"])[0].strip()
