"""Memberships: what an account may do in one tenant, for one organisation, from–to."""
