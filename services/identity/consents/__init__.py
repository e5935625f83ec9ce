"""Consents: what people let applications do in their name, until they end it."""
