"""The table of settings in docs/operating.md, from the settings themselves: `python -m infra.settings_table`."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_type_hints

from msgspec import Meta, structs

from infra.supervising.child import ROOT
from libs.config import KEY_BYTES, Settings, read_settings

DOCUMENT = ROOT / "docs" / "operating.md"
BEGIN = "<!-- made by python -m infra.settings_table -->"
END = "<!-- the table ends -->"

# What the processes around the services read: supervisor, pooler, proxy. Variable, meaning, what else.
AROUND = (
    (
        "MOUSSEM_DATA",
        "the data folder: `demo`'s, `up`'s, and that of commands beside them",
        "`.moussem`; `.moussem-production` by `up`",
    ),
    ("MOUSSEM_HOST", "where it listens; only this machine by `demo`", "`127.0.0.1`"),
    ("MOUSSEM_PORT", "and at which port", "`8000`"),
    ("MOUSSEM_SUPERUSER_URL", "a superuser of PostgreSQL, who makes roles and database", "nobody; `postgres` by `up`"),
    ("MOUSSEM_SUPERUSER_PASSWORD", "that superuser's password", "none"),
    ("MOUSSEM_PASSWORDS", "the folder of the database roles' passwords", "none; `secrets/` by `up`"),
    ("MOUSSEM_POOL_SIZE", "connections of PgBouncer to PostgreSQL, for each role", "`10`; `4` by `up`"),
    ("MOUSSEM_INTERNAL_LISTEN", "where nginx answers the services themselves, and nobody else", "port 8001"),
    ("MOUSSEM_<SERVICE>_WEB", "where a service's web processes answer nginx: `host:port,…`", "needed by the proxy"),
    ("MOUSSEM_TLS_CERTIFICATE", "the certificate that nginx shows, a PEM file with its chain", "none: no TLS there"),
    ("MOUSSEM_TLS_KEY", "its key, a PEM file", "none"),
    ("MOUSSEM_PLAIN_PORT", "where nginx leads who comes without TLS to it, mostly `80`", "nowhere but at its own port"),
    ("MOUSSEM_IMAGE", "of the compose file: the image", "`moussem`"),
    ("MOUSSEM_PUBLISHED", "of the compose file: the port on the machine", "`8080`"),
    ("OTEL_EXPORTER_OTLP_HEADERS", "headers for who is sent traces: `authorization=…`", "none"),
    ("OTEL_TRACES_SAMPLER", "which traces are made, as OpenTelemetry has it", "`parentbased_always_on`"),
    ("OTEL_TRACES_SAMPLER_ARG", "and how many: `0.1` of `parentbased_traceidratio`", "`1`"),
)


def rows() -> Iterator[tuple[str, str, str]]:
    """Yield each variable, what it means, and what follows where it is not set."""
    usual = read_settings({"MOUSSEM_DATABASE_URL": "postgresql:", "MOUSSEM_KEY": f"{'A' * (KEY_BYTES * 4 // 3 + 1)}="})
    values = structs.asdict(usual)
    for field, hint in get_type_hints(Settings, include_extras=True).items():
        meta: Meta = hint.__metadata__[0]
        otherwise = (meta.extra or {})["otherwise"] or f"`{values[field]}`"
        yield str(meta.title), str(meta.description), otherwise
    yield from AROUND


def table() -> str:
    lines = [f"| `{variable}` | {meaning} | {otherwise} |" for variable, meaning, otherwise in rows()]
    return "\n".join(["| variable | what it says | where it is not set |", "|---|---|---|", *lines])


def with_table(document: str) -> str:
    """Return a document with the table between its two marks."""
    before, _, rest = document.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def rewrite(file: Path = DOCUMENT) -> None:
    file.write_text(with_table(file.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    rewrite()
