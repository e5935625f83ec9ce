"""The services apart, as `make up` starts them, on the machine's PostgreSQL and RabbitMQ; and who asks them."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import httpx2
import psycopg
from uuid_utils.compat import uuid7

from infra.production.virtual_host import make
from infra.supervising.child import ROOT
from infra.supervising.folder import free_port
from tests.production.servers import POSTGRESQL

WAITS = 240.0  # seconds, for what takes fifteen on a quiet machine
_AWAY = {502, 503, 504}


class Apart:
    """An instance with a database and a virtual host of its own, which go with it."""

    def __init__(self, data: Path, *options: str) -> None:
        self._options = options
        self.name = f"moussem_apart_{os.getpid()}"
        self.data = data
        self.base_url = f"http://127.0.0.1:{free_port()}"
        self.broker_url = f"amqp://guest:guest@127.0.0.1:5672/{self.name}"
        self.environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MOUSSEM_")},
            "MOUSSEM_DATA": str(data),
            "MOUSSEM_PORT": str(urlsplit(self.base_url).port),
            "MOUSSEM_DIRECT_DATABASE_URL": f"postgresql://127.0.0.1:5432/{self.name}",
            "MOUSSEM_BROKER_URL": self.broker_url,
        }
        self._said: deque[str] = deque()
        self._more = threading.Condition()

    def __enter__(self) -> Self:
        make(self.broker_url)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "infra", "up", "--foreground", *self._options],
            cwd=ROOT,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reading = threading.Thread(target=self._read)
        self._reading.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(WAITS)
        self._reading.join()
        assert self.process.stdout
        self.process.stdout.close()
        with psycopg.connect(POSTGRESQL, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)".encode())
        subprocess.run(["rabbitmqctl", "-q", "delete_vhost", self.name], check=True)  # noqa: S607 (the machine's own)

    def says(self, words: str) -> str:
        """Wait until a line that was not read yet has `words` in it."""
        until, seen = time.monotonic() + WAITS, list[str]()
        while True:
            with self._more:
                while not self._said:
                    assert self.process.poll() is None, seen
                    assert self._more.wait(until - time.monotonic()), f"it never said {words!r}: {seen}"
                seen.append(self._said.popleft())
            if words in seen[-1]:
                return seen[-1]

    def command(self, *arguments: str) -> str:
        """Run a command of `./moussem` beside it; return what it says."""
        return subprocess.run(
            [sys.executable, "-m", "infra", *arguments],
            cwd=ROOT,
            env=self.environ,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout

    def process_of(self, words: str) -> int:
        """Return the process of this instance in whose command line `words` stand."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return next(int(child) for child in children if words in _command(child))

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            with self._more:
                self._said.append(line)
                self._more.notify_all()


class Visitor:
    """Who asks over HTTP, each time over a connection of its own; as somebody, once they have signed in."""

    def __init__(self, base_url: str) -> None:
        unkept = httpx2.Limits(max_keepalive_connections=0)
        self._client = httpx2.Client(base_url=base_url, timeout=30, limits=unkept)
        self.unanswered = 0

    def sign_in(self, tenant: str, link: str) -> None:
        begun = self.sure("POST", f"/api/v1/{tenant}/sign-ins", {"link": link.rpartition("/")[2]})
        self._client.headers["authorization"] = f"Bearer {begun['access_token']}"

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        return self._client.request(method, path, json=body, headers=headers)

    def sure(self, method: str, path: str, body: Any = None) -> Any:
        """Ask until the answer comes, as whoever has an idempotency key may: nothing is done twice."""
        until, key = time.monotonic() + WAITS, {"idempotency-key": str(uuid7())} if method == "POST" else {}
        while time.monotonic() < until:
            with suppress(httpx2.TransportError):
                answer = self.ask(method, path, body, **key)
                if answer.status_code not in _AWAY:
                    assert answer.is_success, answer.text
                    return answer.json()
            self.unanswered += 1
        raise AssertionError(f"{method} {path} was never answered")


def _command(process: str) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""
