"""Where links lead: pages of the portal, which sign in by a button only (mail scanners open every link)."""


def sign_in_address(base_url: str, language: str, tenant: str, link: str) -> str:
    return f"{base_url}/{language}/{tenant}/sign-in/{link}"


def persona_address(base_url: str, language: str, tenant: str, link: str) -> str:
    return f"{base_url}/{language}/{tenant}/sign-in/persona/{link}"
