"""Organisations, as stakeholders tells of them."""
