"""What every answer of the portal tells the browser to refuse (OWASP ASVS 5, V3)."""

from typing import Any

from litestar import Response

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_ALWAYS = {
    "content-security-policy": _POLICY,
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
}
_OVER_TLS = {"strict-transport-security": "max-age=31536000; includeSubDomains"}


def security_headers(*, secure: bool) -> Any:
    """Return the hook that adds them to each response."""
    told = _ALWAYS | (_OVER_TLS if secure else {})

    async def add(response: Response[Any]) -> Response[Any]:
        for name, value in told.items():
            response.headers.setdefault(name, value)
        return response

    return add
