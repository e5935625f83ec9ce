"""Where the services run apart on this machine: the data folder, the servers they use, what each process is told."""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from msgspec import Struct

from infra.listening import LOOPBACK, read_listening
from infra.passwords import password_file
from infra.production.processes import BROKER, Process
from infra.production.secrets import make_secrets
from infra.production.tls import CERTIFICATE, KEY, read_tls
from infra.supervising.folder import free_port
from libs.config import SERVICES, SettingWrong, as_role, read_settings

_DATABASE = "postgresql://127.0.0.1:5432/moussem"
_SHARED = (
    "MOUSSEM_BASE_URL",
    "MOUSSEM_ISSUER",
    "MOUSSEM_DEMO",
    "MOUSSEM_SMTP_URL",
    "MOUSSEM_MAIL_FROM",
    CERTIFICATE,
    KEY,
)
_BROKER = "amqp://guest:guest@127.0.0.1:5672/moussem"


class Place(Struct, frozen=True, kw_only=True):
    """`environ` is what was set by whoever starts it; the ports inside are free ones, chosen at each start."""

    data: Path
    host: str
    port: int
    internal_port: int
    pooler_port: int
    environ: Mapping[str, str]
    demo: bool = False

    @property
    def secrets(self) -> Path:
        return self.data / "secrets"

    @property
    def mailbox(self) -> Path:
        return self.data / "mailbox"

    @property
    def database_url(self) -> str:
        return self.environ.get("MOUSSEM_DIRECT_DATABASE_URL") or _DATABASE

    @property
    def broker_url(self) -> str:
        return self.environ.get("MOUSSEM_BROKER_URL") or _BROKER

    @property
    def internal_url(self) -> str:
        return f"http://{LOOPBACK}:{self.internal_port}"

    @property
    def base_url(self) -> str:
        scheme = "https" if read_tls(self.environ) else "http"
        return self.environ.get("MOUSSEM_BASE_URL") or f"{scheme}://{LOOPBACK}:{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        """What all processes are told: each is told its share, by the table."""
        database = urlsplit(self.database_url)
        pooled = urlunsplit((database.scheme, f"{LOOPBACK}:{self.pooler_port}", database.path, "", ""))
        superuser = urlunsplit((database.scheme, database.netloc, "/postgres", database.query, ""))
        return {
            "MOUSSEM_SUPERUSER_URL": as_role(superuser, "postgres"),
            "MOUSSEM_MAIL_FROM": "moussem@localhost",
            "MOUSSEM_SMTP_URL": f"smtp://{LOOPBACK}:25",
            "MOUSSEM_POOL_SIZE": "4",
            **{name: value for name, value in self.environ.items() if name.startswith("MOUSSEM_")},
            "MOUSSEM_DIRECT_DATABASE_URL": self.database_url,
            "MOUSSEM_DATABASE_URL": pooled,
            "MOUSSEM_BASE_URL": self.base_url,
            "MOUSSEM_ISSUER": self.environ.get("MOUSSEM_ISSUER") or self.base_url,
            "MOUSSEM_INTERNAL_URL": self.internal_url,
            "MOUSSEM_INTERNAL_LISTEN": f"{LOOPBACK}:{self.internal_port}",
            "MOUSSEM_PASSWORDS": str(self.secrets),
            "MOUSSEM_DATA": str(self.data),
            "MOUSSEM_PROXIES": LOOPBACK,
            "MOUSSEM_HOST": LOOPBACK,
            "MOUSSEM_DEMO": "1" if self.demo else "0",
            "MOUSSEM_MAILBOX": str(self.mailbox) if self.demo else "",
        }

    def environment(self, process: Process, **own: str) -> dict[str, str]:
        """Return what one process is told, and the files of its secrets."""
        settings = {**self.settings, **own}
        told = {name: settings[name] for name in process.settings if name in settings}
        files = {name: str(self.secrets / file) for name, file in process.secrets.items()}
        return {**inherited(), **told, **{name: file for name, file in files.items() if Path(file).exists()}}

    def beside(self) -> dict[str, str]:
        """Return the environment of a command that works beside the processes, on every service's data."""
        passwords = {service: (self.secrets / password_file(service)).read_text() for service in SERVICES}
        own = {
            f"MOUSSEM_{service.upper()}_DATABASE_URL": _with_password(self.database_url, password)
            for service, password in passwords.items()
        }
        told = {
            "MOUSSEM_DATABASE_URL": self.database_url,
            "MOUSSEM_KEY_FILE": str(self.secrets / "key"),
            "MOUSSEM_BROKER_URL": self.broker_url,
            "MOUSSEM_DATA": str(self.data),
            "MOUSSEM_PASSWORDS": str(self.secrets),
        }
        shared = {name: self.settings[name] for name in _SHARED if name in self.settings}
        return {**inherited(), **shared, **told, **own}


def read_place(environ: Mapping[str, str], *, demo: bool) -> Place:
    """Read MOUSSEM_DATA, MOUSSEM_HOST and MOUSSEM_PORT; raise `SettingWrong` for any setting that is wrong."""
    at = read_listening(environ)
    if "MOUSSEM_DATABASE_URL" in environ:
        raise SettingWrong("MOUSSEM_DATABASE_URL", "is set, but a pooler of ours goes there: set the direct address")
    if demo and at.host != LOOPBACK:
        raise SettingWrong("MOUSSEM_HOST", f"must be {LOOPBACK}: the demonstration's links sign anybody in")
    place = Place(
        data=data_folder(environ),
        host=at.host,
        port=at.port,
        internal_port=free_port(),
        pooler_port=free_port(),
        environ=dict(environ),
        demo=demo,
    )
    key = {} if environ.get("MOUSSEM_KEY") else {"MOUSSEM_KEY": "A" * 43 + "="}
    read_settings({**place.settings, "MOUSSEM_BROKER_URL": place.broker_url, **key})
    return place


def data_folder(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("MOUSSEM_DATA") or ".moussem-production").absolute()


def inherited() -> dict[str, str]:
    """Return what every process has from the system, and nothing of ours."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MOUSSEM_")}


def keep_secrets(place: Place) -> None:
    """Put what is secret into files: made at the first start, but for what was set."""
    make_secrets(place.secrets, key=place.environ.get("MOUSSEM_KEY", ""))
    (place.secrets / BROKER).write_text(place.broker_url)


def _with_password(address: str, password: str) -> str:
    parts = urlsplit(address)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, f":{quote(password.strip(), safe='')}@{place}", parts.path, parts.query, ""))
