"""Who lives the journey, by which screens and machines."""

import httpx2
from msgspec import Struct

from tests.browser.conftest import OpenScreen
from tests.browser.demonstration import Demonstration
from tests.browser.patience import Patient
from tests.browser.screen import Screen


class Journey(Struct, frozen=True, kw_only=True):
    """Who lives it, and towards which edition."""

    language: str
    year: str
    demonstration: Demonstration
    open_screen: OpenScreen
    signed_in_as: OpenScreen
    in_a_storm: bool = False  # whether processes are killed meanwhile, so that everybody tries again

    def signed_in(self, role: str, organisation: str | None) -> Screen:
        """Return the screen of a persona who has signed in by their own link."""
        return self.signed_in_as(self.language, "journey", role, organisation)

    def reader(self, language: str) -> Screen:
        """Return the screen of somebody who is not signed in."""
        return self.open_screen(language, "journey")

    def workspace(self, path: str = "") -> str:
        return f"/{self.language}/jni/workspace{path}"

    def edition(self, path: str = "") -> str:
        return self.workspace(f"/editions/{self.year}{path}")

    def address(self, name: str, organisation: str) -> str:
        """Return a mail address that nobody else of any journey has."""
        return f"{name}.{self.year}@{organisation}.example"


def http(journey: Journey, path: str = "", **headers: str) -> httpx2.Client:
    """Return somebody's machine, which asks below a path; in a storm it tries again when nobody answers."""
    retrying = Patient() if journey.in_a_storm else None
    return httpx2.Client(
        base_url=f"{journey.demonstration.base_url}{path}", headers=headers, transport=retrying, timeout=30
    )


def api(journey: Journey, organisation: str) -> httpx2.Client:
    """Return a client of the API with the token of an organisation's own machine."""
    client = journey.demonstration.client(organisation)
    with http(journey) as asking:
        said = asking.post(
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(client["client_id"], client["client_secret"]),
        )
    return http(journey, "/api/v1/jni", authorization=f"Bearer {said.json()['access_token']}")
