"""There is no way in beside those that docs/security/README.md lists."""

import re
from collections.abc import Callable

import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from libs.config import SERVICES
from libs.published.serving import Published
from libs.resources import Application

# What may be asked without being anybody yet, and changes something or gives a secret. A new one belongs in the list
# of ways in, with what it proves.
LISTED = {
    ("POST", "/oauth/token"),
    ("POST", "/api/v1/{tenant}/sign-in-links"),
    ("POST", "/api/v1/{tenant}/sign-ins"),
    ("POST", "/api/v1/{tenant}/sign-ins/{sign_in_id}/tokens"),
    ("DELETE", "/api/v1/{tenant}/sign-ins/{sign_in_id}"),
    ("POST", "/api/v1/{tenant}/sign-ins/by-code"),
    ("POST", "/api/v1/{tenant}/sign-ins/by-passkey"),
    ("POST", "/api/v1/{tenant}/sign-ins/passkey-questions"),
    ("POST", "/api/v1/{tenant}/sign-ons"),
    ("POST", "/api/v1/{tenant}/sign-ons/answers"),
    ("POST", "/api/v1/{tenant}/sign-ons/linkings"),
    ("POST", "/api/v1/{tenant}/departures"),
    ("POST", "/api/v1/{tenant}/mail-domain-links"),
    ("POST", "/api/v1/{tenant}/invitation-tokens"),
    ("POST", "/back-channel/{provider_id}/logout"),
    ("POST", "/oauth/authorize"),
    ("POST", "/oauth/introspect"),
    ("POST", "/oauth/logout"),
    ("POST", "/oauth/revoke"),
    ("POST", "/{language}/{tenant}/sign-in"),
    ("POST", "/{language}/{tenant}/sign-in/code"),
    ("POST", "/{language}/{tenant}/sign-in/passkey"),
    ("POST", "/{language}/{tenant}/sign-in/passkey-questions"),
    ("POST", "/{language}/{tenant}/sign-out"),
    ("POST", "/{language}/{tenant}/sign-in/{link}"),
    ("POST", "/{language}/{tenant}/sign-in/persona/{link}"),
    ("POST", "/{language}/{tenant}/invitation/{link}"),
}
SIGNED_IN = "/{language}/{tenant}/workspace"
FOR_ANYBODY = {"", "sign_in", "tokens.obtain"}


@pytest.fixture
def unsafe(app_of: Callable[[str], Application]) -> set[tuple[str, str]]:
    """Return every address and method that changes something, for who is nobody yet."""
    found = set()
    for service in SERVICES:
        app = app_of(service)
        litestar = app.app if isinstance(app, Published) else app
        assert isinstance(litestar, Litestar)
        for route in litestar.routes:
            for handler in getattr(route, "route_handlers", []):
                if isinstance(handler, HTTPRouteHandler) and handler.opt.get("action", "") in FOR_ANYBODY:
                    path = re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path)
                    found |= {(str(method), path) for method in handler.http_methods - {"GET", "OPTIONS", "HEAD"}}
    return found


def test_no_other_address_signs_anybody_in(unsafe: set[tuple[str, str]]) -> None:
    assert {each for each in unsafe if not each[1].startswith(SIGNED_IN)} == LISTED
