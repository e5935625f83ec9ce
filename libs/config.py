"""The environment, read once at start into one frozen struct. A wrong value stops the start, by its variable's name."""

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from msgspec import Struct

KEY_BYTES = 32
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class SettingWrong(Exception):
    """A variable of the environment does not hold what it must."""

    def __init__(self, variable: str, reason: str) -> None:
        super().__init__(f"{variable} {reason}")
        self.variable = variable


class Settings(Struct, frozen=True, kw_only=True):
    """Where the parts are and who we are; the same struct in every process and topology."""

    database_url: str
    direct_database_url: str  # for LISTEN and migrations: past any pooler
    broker_url: str
    base_url: str
    issuer: str
    key: bytes  # seals links in letters; KEY_BYTES of it
    smtp_url: str
    mail_from: str
    mailbox: str  # the Maildir that the demonstration's mail sink fills; empty elsewhere
    demo: bool

    def address(self, role: str, *, driver: str = "postgresql+asyncpg", direct: bool = False) -> str:
        """Return the database's address for one role; the driver as SQLAlchemy names it, or plain `postgresql`."""
        return as_role(self.direct_database_url if direct else self.database_url, role, driver=driver)

    @property
    def secure(self) -> bool:
        """Whether browsers reach us by TLS."""
        return self.base_url.startswith("https:")

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine's browsers reach us."""
        return urlsplit(self.base_url).hostname in _LOOPBACK


def as_role(url: str, role: str, *, driver: str = "postgresql") -> str:
    """Return a PostgreSQL address with its user (and, in production, the password that stands for it) replaced."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit((driver, f"{quote(role)}@{place}", parts.path, parts.query, ""))


def with_options(url: str, **options: str) -> str:
    parts = urlsplit(url)
    query = urlencode([*parse_qsl(parts.query), *options.items()], quote_via=quote)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read `MOUSSEM_…`; raise `SettingWrong` for the first variable that is missing or not right."""
    database_url = _url(environ, "MOUSSEM_DATABASE_URL", ("postgresql",))
    base_url = _url(environ, "MOUSSEM_BASE_URL", ("http", "https"), "http://127.0.0.1:8000").rstrip("/")
    return Settings(
        database_url=database_url,
        direct_database_url=_url(environ, "MOUSSEM_DIRECT_DATABASE_URL", ("postgresql",), database_url),
        broker_url=_url(environ, "MOUSSEM_BROKER_URL", ("postgresql", "amqp", "amqps"), database_url),
        base_url=base_url,
        issuer=_url(environ, "MOUSSEM_ISSUER", ("http", "https"), base_url).rstrip("/"),
        key=_key(environ, "MOUSSEM_KEY"),
        smtp_url=_url(environ, "MOUSSEM_SMTP_URL", ("smtp", "smtps"), "smtp://127.0.0.1:25"),
        mail_from=environ.get("MOUSSEM_MAIL_FROM", "moussem@localhost"),
        mailbox=environ.get("MOUSSEM_MAILBOX", ""),
        demo=_flag(environ, "MOUSSEM_DEMO"),
    )


def _url(environ: Mapping[str, str], variable: str, schemes: tuple[str, ...], default: str | None = None) -> str:
    value = environ.get(variable) or default
    if value is None:
        raise SettingWrong(variable, f"is missing: give an address that begins with {schemes[0]}://")
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 (raises where the port is no number)
    except ValueError as error:
        raise SettingWrong(variable, f"is no address: {error}") from None
    if parts.scheme not in schemes:
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
