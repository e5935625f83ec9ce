"""A platform to break, and what the doctor says of it."""

import base64
import threading
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import psycopg
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from typing_extensions import override

from infra.doctor.commands import examine
from infra.listening import LOOPBACK
from infra.supervising.folder import free_port
from libs.config import SERVICES, Settings


class _Answers(BaseHTTPRequestHandler):
    """The front door: whoever knocks is answered."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    @override
    def log_message(self, *_: object) -> None:
        pass


class Practice:
    """All is well with it until a test breaks something."""

    def __init__(self, settings: Settings, superuser: str, data: Path) -> None:
        self._superuser = superuser
        self._open = ExitStack()
        self.database = urlsplit(settings.database_url).path[1:]
        self.data = data / "data"
        self.ahead = timedelta(0)
        self.environ = {
            "MOUSSEM_DATABASE_URL": settings.database_url,
            "MOUSSEM_KEY": base64.b64encode(settings.key).decode(),
            "MOUSSEM_DATA": str(self.data),
        }

    def __enter__(self) -> Self:
        self.data.mkdir(mode=0o700)
        counter = Controller(Sink(), hostname=LOOPBACK, port=free_port())
        counter.start()
        self._open.callback(counter.stop)
        door = ThreadingHTTPServer((LOOPBACK, 0), _Answers)
        threading.Thread(target=door.serve_forever, daemon=True).start()
        self._open.callback(door.server_close)
        self._open.callback(door.shutdown)
        self.environ["MOUSSEM_SMTP_URL"] = f"smtp://{LOOPBACK}:{counter.port}"
        self.environ["MOUSSEM_BASE_URL"] = f"http://{LOOPBACK}:{door.server_port}"
        for service in SERVICES:
            self.execute(f"INSERT INTO {service}.worker VALUES ('here', now() + interval '1 hour')")  # noqa: S608 (ours)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def execute(self, statement: str, *parameters: object) -> None:
        with psycopg.connect(self._superuser, dbname=self.database) as connection:
            connection.execute(statement.encode(), parameters)

    def says(self) -> list[str]:
        """Return what is found, each with its remedy."""
        found = examine(self.environ, lambda: datetime.now(UTC) + self.ahead)
        return [f"{finding.what} → {finding.remedy}" for finding in found]
