"""The environment, read once at start into one frozen struct. A wrong value stops the start, by its variable's name."""

import base64
import binascii
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from msgspec import Meta, Struct

SERVICES = ("identity", "editions", "stakeholders", "scheduling", "outreach", "portal")
KEY_BYTES = 32
_FILE = "_FILE"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class SettingWrong(Exception):
    """A variable of the environment does not hold what it must."""

    def __init__(self, variable: str, reason: str) -> None:
        super().__init__(f"{variable} {reason}")
        self.variable = variable


def _from(variable: str, meaning: str, *, otherwise: str = "") -> Meta:
    """Say which variable a setting is read from, what it means, and what follows where it is not set.

    `otherwise` is left empty where that is a value of its own: `infra/settings_table.py` asks for it.
    """
    return Meta(title=variable, description=meaning, extra={"otherwise": otherwise})


class Settings(Struct, frozen=True, kw_only=True):
    """Where the parts are and who we are; the same struct in every process and topology."""

    database_url: Annotated[
        str, _from("MOUSSEM_DATABASE_URL", "PostgreSQL, without a role: a pooler may stand there", otherwise="needed")
    ]
    direct_database_url: Annotated[
        str,
        _from(
            "MOUSSEM_DIRECT_DATABASE_URL",
            "PostgreSQL past any pooler: for LISTEN and migrations",
            otherwise="`MOUSSEM_DATABASE_URL`",
        ),
    ]
    database_urls: Annotated[
        Mapping[str, str],
        _from(
            "MOUSSEM_<SERVICE>_DATABASE_URL", "of a service that has a database of its own", otherwise="the one of all"
        ),
    ] = {}
    direct_database_urls: Annotated[
        Mapping[str, str],
        _from("MOUSSEM_<SERVICE>_DIRECT_DATABASE_URL", "the same, past any pooler", otherwise="the one above"),
    ] = {}
    database_password: Annotated[
        str, _from("MOUSSEM_DATABASE_PASSWORD", "of every role that this process connects as", otherwise="none")
    ] = ""
    broker_url: Annotated[
        str,
        _from(
            "MOUSSEM_BROKER_URL",
            "`amqp://` or `amqps://` for RabbitMQ, `postgresql://` for queues in PostgreSQL",
            otherwise="`MOUSSEM_DIRECT_DATABASE_URL`",
        ),
    ]
    base_url: Annotated[str, _from("MOUSSEM_BASE_URL", "the address that readers use")]
    internal_url: Annotated[
        str, _from("MOUSSEM_INTERNAL_URL", "where services reach one another", otherwise="`MOUSSEM_BASE_URL`")
    ]
    issuer: Annotated[
        str, _from("MOUSSEM_ISSUER", "whose tokens are believed, as they name it", otherwise="`MOUSSEM_BASE_URL`")
    ]
    key: Annotated[
        bytes,
        _from(
            "MOUSSEM_KEY",
            f"seals links in letters and signing keys: {KEY_BYTES} random bytes in base64",
            otherwise="needed; made in the data folder where there is one",
        ),
    ]
    smtp_url: Annotated[str, _from("MOUSSEM_SMTP_URL", "the mail server: `smtps://user:password@mail.example`")]
    mail_from: Annotated[str, _from("MOUSSEM_MAIL_FROM", "whom letters come from")]
    mailbox: Annotated[
        str, _from("MOUSSEM_MAILBOX", "the Maildir that the demonstration's mail server fills", otherwise="none")
    ]
    proxies: Annotated[
        tuple[str, ...],
        _from(
            "MOUSSEM_PROXIES",
            "whose `X-Forwarded-For` and `-Proto` are believed: addresses and networks, `10.0.0.0/8,…`",
            otherwise="nobody",
        ),
    ] = ()
    outgoing_allowed: Annotated[
        tuple[str, ...],
        _from(
            "MOUSSEM_OUTGOING_ALLOWED",
            "networks that are called although they are not public: where organisations' identity providers are",
            otherwise="none",
        ),
    ] = ()
    name_server: Annotated[
        str,
        _from("MOUSSEM_NAME_SERVER", "`host:port` of whom mail domains are asked of", otherwise="the machine's own"),
    ] = ""
    traces_url: Annotated[
        str,
        _from(
            "OTEL_EXPORTER_OTLP_ENDPOINT", "who is sent traces, by OTLP over HTTP", otherwise="nobody: none are made"
        ),
    ] = ""
    metrics: Annotated[
        str, _from("MOUSSEM_METRICS", "`host:port` where this process's figures are read", otherwise="nowhere")
    ] = ""
    demo: Annotated[
        bool, _from("MOUSSEM_DEMO", "1 for a demonstration, whose links sign anybody in", otherwise="0; 1 by `demo`")
    ]

    def address(self, role: str, *, service: str = "", driver: str = "postgresql+asyncpg", direct: bool = False) -> str:
        """Return the database's address for one role; the driver as SQLAlchemy names it, or plain `postgresql`.

        A role of a service leads to that service's database; for any other, `service` says whose is meant.
        """
        url = self._database_of(service or role.removesuffix("_relay"), direct=direct)
        return as_role(url, role, driver=driver, password=self.database_password)

    def is_pooled(self, service: str) -> bool:
        """Whether a pooler stands before a service's database: what is prepared may be gone by the next transaction."""
        return self._database_of(service, direct=False) != self._database_of(service, direct=True)

    def _database_of(self, service: str, *, direct: bool) -> str:
        if direct:
            return self.direct_database_urls.get(service, self.direct_database_url)
        return self.database_urls.get(service, self.database_url)

    @property
    def direct_addresses(self) -> set[str]:
        """The databases that there are, without a role: one, or some services have their own."""
        return {self._database_of(service, direct=True) for service in SERVICES}

    @property
    def broker_address(self) -> str:
        """The broker's address with whom to be there: where it is PostgreSQL, the role `broker` unless it names one."""
        if self.broker_url.startswith("amqp") or urlsplit(self.broker_url).username:
            return self.broker_url
        return as_role(self.broker_url, "broker", password=self.database_password)

    @property
    def secure(self) -> bool:
        """Whether browsers reach us by TLS."""
        return self.base_url.startswith("https:")

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine's browsers reach us."""
        return urlsplit(self.base_url).hostname in _LOOPBACK


def as_role(url: str, role: str, *, driver: str = "postgresql", password: str = "") -> str:
    """Return a PostgreSQL address with its user replaced, and its password where one is given."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    password = password or unquote(parts.password or "")
    user = f"{quote(role)}:{quote(password, safe='')}" if password else quote(role)
    return urlunsplit((driver, f"{user}@{place}", parts.path, parts.query, ""))


def with_options(url: str, **options: str) -> str:
    parts = urlsplit(url)
    query = urlencode([*parse_qsl(parts.query), *options.items()], quote_via=quote)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read `MOUSSEM_…`; raise `SettingWrong` for the first variable that is missing or not right.

    Whatever is secret may lie in a file: `MOUSSEM_KEY_FILE` names the one that holds what MOUSSEM_KEY would.
    """
    environ = with_files(environ)
    database_url = _url(environ, "MOUSSEM_DATABASE_URL", ("postgresql",))
    direct_database_url = _url(environ, "MOUSSEM_DIRECT_DATABASE_URL", ("postgresql",), database_url)
    database_urls = _of_services(environ, "DATABASE_URL")
    base_url = _url(environ, "MOUSSEM_BASE_URL", ("http", "https"), "http://127.0.0.1:8000").rstrip("/")
    return Settings(
        database_url=database_url,
        direct_database_url=direct_database_url,
        database_urls=database_urls,
        direct_database_urls=database_urls | _of_services(environ, "DIRECT_DATABASE_URL"),
        database_password=environ.get("MOUSSEM_DATABASE_PASSWORD", ""),
        broker_url=_url(environ, "MOUSSEM_BROKER_URL", ("postgresql", "amqp", "amqps"), direct_database_url),
        base_url=base_url,
        internal_url=_url(environ, "MOUSSEM_INTERNAL_URL", ("http", "https"), base_url).rstrip("/"),
        issuer=_url(environ, "MOUSSEM_ISSUER", ("http", "https"), base_url).rstrip("/"),
        key=_key(environ, "MOUSSEM_KEY"),
        smtp_url=_url(environ, "MOUSSEM_SMTP_URL", ("smtp", "smtps"), "smtp://127.0.0.1:25"),
        mail_from=environ.get("MOUSSEM_MAIL_FROM", "moussem@localhost"),
        mailbox=environ.get("MOUSSEM_MAILBOX", ""),
        proxies=read_networks(environ, "MOUSSEM_PROXIES"),
        outgoing_allowed=read_networks(environ, "MOUSSEM_OUTGOING_ALLOWED"),
        name_server=_host_and_port(environ, "MOUSSEM_NAME_SERVER", "127.0.0.1:53"),
        traces_url=_url(environ, "OTEL_EXPORTER_OTLP_ENDPOINT", ("http", "https"), ""),
        metrics=read_metrics(environ),
        demo=_flag(environ, "MOUSSEM_DEMO"),
    )


def _of_services(environ: Mapping[str, str], suffix: str) -> dict[str, str]:
    """Return what is set for one service alone, e.g. MOUSSEM_EDITIONS_DATABASE_URL."""
    named = {service: f"MOUSSEM_{service.upper()}_{suffix}" for service in SERVICES}
    return {
        service: _url(environ, variable, ("postgresql",))
        for service, variable in named.items()
        if environ.get(variable)
    }


def read_networks(environ: Mapping[str, str], variable: str) -> tuple[str, ...]:
    listed = tuple(part.strip() for part in environ.get(variable, "").split(",") if part.strip())
    try:
        return tuple(str(ip_network(each)) for each in listed)
    except ValueError as error:
        raise SettingWrong(variable, f"must list addresses and networks, as 10.0.0.0/8: {error}") from None


def read_metrics(environ: Mapping[str, str]) -> str:
    return _host_and_port(environ, "MOUSSEM_METRICS", "127.0.0.1:9464")


def _host_and_port(environ: Mapping[str, str], variable: str, example: str) -> str:
    value = environ.get(variable, "")
    try:
        port = urlsplit(f"//{value}").port if value else 0
    except ValueError:
        port = None
    if port is None:
        raise SettingWrong(variable, f"must be an address and a port, as {example}")
    return value


def with_files(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with what its files hold, in place of the files' names."""
    read = dict(environ)
    for variable, file in environ.items():
        if not (variable.startswith("MOUSSEM_") and variable.endswith(_FILE) and file):
            continue
        plain = variable.removesuffix(_FILE)
        if environ.get(plain):
            raise SettingWrong(variable, f"is set, and {plain} too: unset one of them")
        del read[variable]
        try:
            read[plain] = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingWrong(variable, f"names a file that cannot be read: {error}") from None
    return read


def _url(environ: Mapping[str, str], variable: str, schemes: tuple[str, ...], default: str | None = None) -> str:
    value = environ.get(variable) or default
    if value is None:
        raise SettingWrong(variable, f"is missing: give an address that begins with {schemes[0]}://")
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 (raises where the port is no number)
    except ValueError as error:
        raise SettingWrong(variable, f"is no address: {error}") from None
    if value and parts.scheme not in schemes:
        raise SettingWrong(variable, f"must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}")
    return value


def _key(environ: Mapping[str, str], variable: str) -> bytes:
    try:
        key = base64.b64decode(environ.get(variable, ""), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise SettingWrong(variable, f"must be {KEY_BYTES} random bytes in base64 (openssl rand -base64 {KEY_BYTES})")
    return key


def _flag(environ: Mapping[str, str], variable: str) -> bool:
    value = environ.get(variable, "").lower()
    if value not in ("", "0", "1", "false", "true", "no", "yes"):
        raise SettingWrong(variable, "must be 1 or 0")
    return value in ("1", "true", "yes")
