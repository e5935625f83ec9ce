"""Which service answers which address: one table, for the proxy, the all-in-one process and the OpenAPI document.

`/api/v1/{tenant}/{noun}/…` goes by its noun; what stands under an edition but belongs to another service goes by its
second noun (`/editions/{edition}/releases`). Everything else is the portal's.
"""

API = "/api/v1"

NOUNS = {
    "sign-in-links": "identity",
    "sign-ins": "identity",
    "passkeys": "identity",
    "invitation-tokens": "identity",
    "memberships": "identity",
    "clients": "identity",
    "consents": "identity",
    "departures": "identity",
    "providers": "identity",
    "single-sign-on": "identity",
    "mail-domains": "identity",
    "mail-domain-links": "identity",
    "sign-ons": "identity",
    "editions": "editions",
    "panels": "editions",
    "commitments": "editions",
    "organisations": "stakeholders",
    "calls": "stakeholders",
    "nominations": "stakeholders",
    "invitations": "stakeholders",
    "people": "stakeholders",
    "rooms": "scheduling",
    "sessions": "scheduling",
    "drafts": "scheduling",
    "releases": "scheduling",
    "letters": "outreach",
}
UNDER_AN_EDITION = {"releases": "scheduling"}
ROOTS = {"oauth": "identity", "back-channel": "identity", ".well-known": "identity"}
DOCUMENTS = "/api/openapi/"


def service_of(path: str) -> str | None:
    """Return the service that answers `path`; none for an address of the API that nobody answers."""
    if path.startswith(DOCUMENTS):
        return path.removeprefix(DOCUMENTS).removesuffix(".json")
    if path.startswith(f"{API}/"):
        _tenant, *nouns = path.removeprefix(f"{API}/").strip("/").split("/")
        if not nouns:
            return "identity"
        if nouns[0] == "editions" and len(nouns) > 2:  # noqa: PLR2004 (editions/{edition}/{noun})
            return UNDER_AN_EDITION.get(nouns[2], "editions")
        return NOUNS.get(nouns[0])
    return ROOTS.get(path.split("/")[1], "portal")
