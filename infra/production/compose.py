"""The compose file, made from the table of processes: `python -m infra.production.compose > docker-compose.yml`.

One image for all; PostgreSQL and RabbitMQ from theirs. Nothing starts before what it needs is healthy.
"""

import sys
from typing import Any

import yaml

from infra.listening import INTERNAL_PORT
from infra.passwords import password_file
from infra.production.processes import METRICS_PORT, POOLER, PORT, PROCESSES, PROXY, SUPERUSER, Process
from infra.production.secrets import RABBITMQ
from libs.config import SERVICES

HEAD = """\
# Made from infra/production/processes.py by `python -m infra.production.compose`: see docs/operating.md.
"""
_SECRETS = "/run/secrets"
_NETWORK = "10.86.0.0/24"
_SERVERS = ("postgresql", "rabbitmq")
_EVERYWHERE = {
    "MOUSSEM_DATABASE_URL": f"postgresql://{POOLER}:{PORT}/moussem",
    "MOUSSEM_DIRECT_DATABASE_URL": "postgresql://postgresql:5432/moussem",
    "MOUSSEM_SUPERUSER_URL": "postgresql://postgres@postgresql:5432/postgres",
    "MOUSSEM_PASSWORDS": _SECRETS,
    "MOUSSEM_POOL_SIZE": "${MOUSSEM_POOL_SIZE:-10}",
    "MOUSSEM_BASE_URL": "${MOUSSEM_BASE_URL:?is the address that readers use, as https://day.example}",
    "MOUSSEM_INTERNAL_URL": f"http://{PROXY}:{INTERNAL_PORT}",
    "MOUSSEM_HOST": "0.0.0.0",  # noqa: S104 (in a network of the containers' own)
    "MOUSSEM_PORT": str(PORT),
    "MOUSSEM_PROXIES": _NETWORK,
    "MOUSSEM_SMTP_URL": "${MOUSSEM_SMTP_URL:?is the mail server, as smtps://user:password@mail.example}",
    "MOUSSEM_MAIL_FROM": "${MOUSSEM_MAIL_FROM:?is the address that letters come from}",
    "MOUSSEM_OUTGOING_ALLOWED": "${MOUSSEM_OUTGOING_ALLOWED:-}",
    "MOUSSEM_NAME_SERVER": "${MOUSSEM_NAME_SERVER:-}",
    "MOUSSEM_METRICS": f"0.0.0.0:{METRICS_PORT}",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "${OTEL_EXPORTER_OTLP_ENDPOINT:-}",
    "OTEL_EXPORTER_OTLP_HEADERS": "${OTEL_EXPORTER_OTLP_HEADERS:-}",
    "OTEL_TRACES_SAMPLER": "${OTEL_TRACES_SAMPLER:-parentbased_always_on}",
    "OTEL_TRACES_SAMPLER_ARG": "${OTEL_TRACES_SAMPLER_ARG:-1}",
    **{f"MOUSSEM_{service.upper()}_WEB": f"{service}-web:{PORT}" for service in SERVICES},
}
_OF_PROXY = {"MOUSSEM_PROXIES": "${MOUSSEM_PROXIES:-}"}


def compose() -> dict[str, Any]:
    """Return the compose file."""
    secrets = {
        *(file for process in PROCESSES for file in _secrets(process)),
        SUPERUSER,
        RABBITMQ,
    }
    return {
        "name": "moussem",
        "services": {
            "postgresql": _postgresql(),
            "rabbitmq": _rabbitmq(),
            **{process.name: _service(process) for process in PROCESSES},
        },
        "networks": {"default": {"ipam": {"config": [{"subnet": _NETWORK}]}}},
        "volumes": {"database": None, "queues": None},
        "secrets": {name: {"file": f"./secrets/{name}"} for name in sorted(secrets)},
    }


def _service(process: Process) -> dict[str, Any]:
    proxy = process.name == PROXY
    known = {**_EVERYWHERE, **(_OF_PROXY if proxy else {})}
    environment = {name: known[name] for name in process.settings if name in known}
    environment |= {variable: f"{_SECRETS}/{file}" for variable, file in process.secrets.items()}
    return {
        "image": "${MOUSSEM_IMAGE:-moussem}",
        "build": ".",
        "command": ["python", "-m", *process.command],
        "environment": environment,
        **({"secrets": _secrets(process)} if _secrets(process) else {}),
        **({"ports": [f"${{MOUSSEM_PUBLISHED:-8080}}:{PORT}"]} if proxy else {}),
        "depends_on": {name: {"condition": _condition(name)} for name in (process.after or _SERVERS)},
        **(_one_off() if process.ends else _lasting(process)),
        "read_only": True,
        "tmpfs": ["/tmp"],  # noqa: S108 (the container's own)
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "deploy": {"resources": {"limits": {"memory": f"{process.megabytes}M", "cpus": "1"}}},
    }


def _one_off() -> dict[str, Any]:
    return {"restart": "on-failure"}


def _lasting(process: Process) -> dict[str, Any]:
    return {
        "restart": "unless-stopped",
        "stop_grace_period": "30s",
        "healthcheck": _health(["CMD", "python", "-m", "infra.health", *process.health]),
    }


def _postgresql() -> dict[str, Any]:
    return {
        "image": "postgres:17",
        "command": ["postgres", "-c", "max_connections=200", "-c", "timezone=UTC"],
        "environment": {"POSTGRES_PASSWORD_FILE": f"{_SECRETS}/{SUPERUSER}"},
        "secrets": [SUPERUSER],
        "volumes": ["database:/var/lib/postgresql/data"],
        "healthcheck": _health(["CMD", "pg_isready", "--host=127.0.0.1", "--username=postgres"]),
        "restart": "unless-stopped",
        "stop_grace_period": "60s",
        "shm_size": "128m",
        "deploy": {"resources": {"limits": {"memory": "2048M", "cpus": "2"}}},
    }


def _rabbitmq() -> dict[str, Any]:
    return {
        "image": "rabbitmq:4",
        "hostname": "rabbitmq",  # its node, and so its files, are named after the host
        "secrets": [{"source": RABBITMQ, "target": "/etc/rabbitmq/conf.d/20-moussem.conf"}],
        "volumes": ["queues:/var/lib/rabbitmq"],
        "healthcheck": _health(["CMD", "rabbitmq-diagnostics", "--quiet", "check_port_connectivity"]),
        "restart": "unless-stopped",
        "stop_grace_period": "60s",
        "deploy": {"resources": {"limits": {"memory": "1024M", "cpus": "1"}}},
    }


def _health(test: list[str]) -> dict[str, Any]:
    return {"test": test, "interval": "10s", "timeout": "10s", "retries": 3, "start_period": "60s"}


def _secrets(process: Process) -> list[str]:
    return sorted({*process.secrets.values(), *map(password_file, process.passwords)})


def _condition(name: str) -> str:
    ends = next((process.ends for process in PROCESSES if process.name == name), False)
    return "service_completed_successfully" if ends else "service_healthy"


def rendered() -> str:
    """Return the compose file as it stands in the root."""
    return HEAD + yaml.safe_dump(compose(), sort_keys=False, allow_unicode=True, width=120)


if __name__ == "__main__":
    sys.stdout.write(rendered())
