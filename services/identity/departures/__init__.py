"""Departures: an application asks that a person be signed out, and led back to it (RP-initiated logout)."""
