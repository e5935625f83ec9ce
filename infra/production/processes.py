"""The one table of processes: what `make up` starts and `docker-compose.yml` is made from.

A process is told only what it needs to know: a service's own database roles, its own queue, and nobody else's.
"""

from msgspec import Struct

from infra.passwords import MIGRATOR, OWNERS, password_file
from libs.config import SERVICES

PORT = 8000  # where a process that answers listens, in a container of its own
METRICS_PORT = 9464  # where a process tells its figures, in a container of its own
PROXY, POOLER, MIGRATE, STANDING = "proxy", "pooler", "migrate", "standing"

_DATABASE = ("MOUSSEM_DATABASE_URL", "MOUSSEM_DIRECT_DATABASE_URL")
_OURSELVES = ("MOUSSEM_BASE_URL", "MOUSSEM_INTERNAL_URL", "MOUSSEM_ISSUER", "MOUSSEM_DEMO")
_LISTENING = ("MOUSSEM_HOST", "MOUSSEM_PORT")
_TELLING = (
    "MOUSSEM_METRICS",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_HEADERS",
    "OTEL_TRACES_SAMPLER",
    "OTEL_TRACES_SAMPLER_ARG",
)
_TLS = ("MOUSSEM_TLS_CERTIFICATE", "MOUSSEM_TLS_KEY", "MOUSSEM_PLAIN_PORT")
_FOLDER = "MOUSSEM_DATA"  # of its configuration; without it, that of temporary files
_EXAMINED = ("MOUSSEM_BASE_URL", "MOUSSEM_SMTP_URL")  # by a doctor who is run in its place
KEY, BROKER, SUPERUSER = "key", "broker_url", "superuser_password"


class Process(Struct, frozen=True, kw_only=True):
    """How one process is started, what it is told, and how it is asked whether it does its work."""

    name: str
    command: tuple[str, ...]  # after `python -m`
    settings: tuple[str, ...]  # the variables that it is told
    secrets: dict[str, str] = {}  # the files that it may read, by the variables that name them
    passwords: tuple[str, ...] = ()  # whose database passwords it may read, all in the folder of MOUSSEM_PASSWORDS
    health: tuple[str, ...] = ()  # after `python -m infra.health`; none for a process that ends
    after: tuple[str, ...] = ()  # what must be healthy, or done, before it starts
    megabytes: int = 256
    service: str = ""

    @property
    def is_ours(self) -> bool:
        """Whether it runs our code for good, and so is replaced when that changes."""
        return bool(self.service) or self.name == STANDING

    @property
    def ends(self) -> bool:
        """Whether it does its work once and ends."""
        return not self.health


def _secrets(owner: str) -> dict[str, str]:
    """Return the files that a process of one owner reads."""
    return {
        "MOUSSEM_KEY_FILE": KEY,
        "MOUSSEM_BROKER_URL_FILE": BROKER,
        "MOUSSEM_DATABASE_PASSWORD_FILE": password_file(owner),
    }


def web(service: str) -> Process:
    return Process(
        name=f"{service}-web",
        command=("infra.web", service),
        settings=(*_DATABASE, *_OURSELVES, *_LISTENING, *_TELLING, "MOUSSEM_PROXIES", *_OF_WEB.get(service, ())),
        secrets=_secrets(service),
        health=("web",),
        after=(MIGRATE, POOLER),
        service=service,
    )


def worker(service: str) -> Process:
    return Process(
        name=f"{service}-worker",
        command=("infra.worker", service),
        settings=(*_DATABASE, *_OURSELVES, *_TELLING, *_OF_WORKER.get(service, ())),
        secrets=_secrets(service),
        health=("worker", service),
        after=(MIGRATE, POOLER),
        megabytes=1024 if service == "scheduling" else 256,  # a solve runs beside it
        service=service,
    )


_OF_WEB = {
    "identity": ("MOUSSEM_OUTGOING_ALLOWED", "MOUSSEM_NAME_SERVER"),
    "portal": ("MOUSSEM_MAILBOX",),
}
_OF_WORKER = {"outreach": ("MOUSSEM_SMTP_URL", "MOUSSEM_MAIL_FROM")}

PROCESSES = (
    Process(
        name=MIGRATE,
        command=("infra.database",),
        settings=(*_DATABASE, "MOUSSEM_SUPERUSER_URL", "MOUSSEM_PASSWORDS", *_EXAMINED),
        secrets={
            "MOUSSEM_KEY_FILE": KEY,
            "MOUSSEM_BROKER_URL_FILE": BROKER,
            "MOUSSEM_DATABASE_PASSWORD_FILE": password_file(MIGRATOR),
            "MOUSSEM_SUPERUSER_PASSWORD_FILE": SUPERUSER,
        },
        passwords=OWNERS,
    ),
    Process(
        name=POOLER,
        command=("infra.production.pooler",),
        settings=("MOUSSEM_DIRECT_DATABASE_URL", "MOUSSEM_PASSWORDS", "MOUSSEM_POOL_SIZE", _FOLDER, *_LISTENING),
        passwords=SERVICES,
        health=("pooler",),
        megabytes=64,
    ),
    *map(web, SERVICES),
    *map(worker, SERVICES),
    Process(
        name=STANDING,
        command=("infra.standing",),
        settings=("MOUSSEM_DIRECT_DATABASE_URL", "MOUSSEM_DATABASE_URL", "MOUSSEM_PASSWORDS", "MOUSSEM_METRICS"),
        secrets={"MOUSSEM_BROKER_URL_FILE": BROKER},
        passwords=SERVICES,
        health=(STANDING,),
        after=(MIGRATE,),
        megabytes=128,
    ),
    Process(
        name=PROXY,
        command=("infra.production.proxy",),
        settings=(
            "MOUSSEM_BASE_URL",
            "MOUSSEM_PROXIES",
            "MOUSSEM_INTERNAL_LISTEN",
            *_TLS,
            _FOLDER,
            *_LISTENING,
            *(f"MOUSSEM_{service.upper()}_WEB" for service in SERVICES),
        ),
        health=("proxy",),
        after=tuple(f"{service}-web" for service in SERVICES),
    ),
)
