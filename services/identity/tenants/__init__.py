"""Tenants: recurring days, and what everybody may know of them."""
