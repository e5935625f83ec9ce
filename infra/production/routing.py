"""The table of paths (`libs/web/paths.py`) as nginx's locations: the first that fits is taken."""

import re
from collections import defaultdict

from msgspec import Struct

from libs.config import SERVICES
from libs.web.paths import API, DOCUMENTS, NOUNS, ROOTS, UNDER_AN_EDITION

_TENANT = f"^{API}/[^/]+"
_END = "(?:/|$)"


class Route(Struct, frozen=True):
    """A location and the service that answers it; none where nobody does. `kept`: a public answer may be kept."""

    location: str
    service: str | None
    kept: bool = False

    @property
    def of_api(self) -> bool:
        return self.service != "portal"


def routes() -> list[Route]:
    """Return nginx's locations in their order."""
    under_an_edition = [
        route
        for service, nouns in _by_service(UNDER_AN_EDITION).items()
        for route in (
            Route(f'~ "{_TENANT}/editions/[^/]+/{nouns}/[^/]+/[^/]+$"', service, kept=True),
            Route(f'~ "{_TENANT}/editions/[^/]+/{nouns}{_END}"', service),
        )
    ]
    by_noun = [Route(f'~ "{_TENANT}/{nouns}{_END}"', service) for service, nouns in _by_service(NOUNS).items()]
    roots = [Route(f'~ "^/{nouns}{_END}"', service, kept=True) for service, nouns in _by_service(ROOTS).items()]
    documents = [Route(f"= {DOCUMENTS}{service}.json", service) for service in SERVICES]
    return [
        *documents,
        *under_an_edition,
        *by_noun,
        Route(f'~ "^{API}/[^/]*/?$"', "identity"),
        *roots,
        Route(f"{API}/", None),
        Route(DOCUMENTS, None),
        Route("/", "portal", kept=True),
    ]


def _by_service(table: dict[str, str]) -> dict[str, str]:
    """Return a pattern of each service's words."""
    words: defaultdict[str, list[str]] = defaultdict(list)
    for word, service in table.items():
        words[service].append(re.escape(word))
    return {service: f"(?:{'|'.join(each)})" for service, each in words.items()}
