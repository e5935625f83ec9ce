"""What the page of an application's question lets a browser do. Pure."""


def policy_leading_to(policy: str, origin: str) -> str:
    """Return a policy with one address more that a form may lead to: browsers follow redirections by it, too."""
    return policy.replace("form-action 'self'", f"form-action 'self' {origin}")
