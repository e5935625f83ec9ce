"""Ending a mandate, and with it every sign-in for it."""
