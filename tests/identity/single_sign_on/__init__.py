"""Signing in by an organisation's provider, as relying party: what is believed, and what is not."""
