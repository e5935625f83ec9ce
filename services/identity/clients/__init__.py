"""API clients: machines that act for an organisation, by scopes."""
