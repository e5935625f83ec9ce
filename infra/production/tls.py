"""TLS at our own proxy: a certificate and its key, from files that others renew."""

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from msgspec import Struct

from infra.listening import LOOPBACK, read_port
from libs.config import SettingWrong

CERTIFICATE, KEY, PLAIN_PORT = "MOUSSEM_TLS_CERTIFICATE", "MOUSSEM_TLS_KEY", "MOUSSEM_PLAIN_PORT"


class Tls(Struct, frozen=True):
    """`plain`: where who comes without TLS is led to it; empty: nowhere but at the port itself."""

    certificate: Path
    key: Path
    plain: str = ""

    def expires_at(self) -> datetime:
        """Return when the certificate (the first in its file) is no longer good."""
        return x509.load_pem_x509_certificates(self.certificate.read_bytes())[0].not_valid_after_utc.astimezone(UTC)


def read_tls(environ: Mapping[str, str]) -> Tls | None:
    """Read which certificate the proxy shows, if any; raise `SettingWrong` for what could not be shown."""
    certificate, key = environ.get(CERTIFICATE, ""), environ.get(KEY, "")
    if not certificate and not key:
        return None
    for variable, file in ((CERTIFICATE, certificate), (KEY, key)):
        if not file:
            raise SettingWrong(variable, f"is missing: {CERTIFICATE} and {KEY} name a certificate and its key")
    if not environ.get("MOUSSEM_BASE_URL", "https:").startswith("https:"):
        raise SettingWrong("MOUSSEM_BASE_URL", f"must begin with https://, since {CERTIFICATE} is set")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise SettingWrong(CERTIFICATE, f"and {KEY} name no certificate and key that fit: {error}") from None
    host = environ.get("MOUSSEM_HOST") or LOOPBACK
    plain = f"{host}:{read_port(environ, PLAIN_PORT)}" if environ.get(PLAIN_PORT) else ""
    return Tls(Path(certificate).absolute(), Path(key).absolute(), plain)
