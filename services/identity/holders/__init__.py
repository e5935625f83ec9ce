"""Holders: people as one tenant knows them, with the mandates that it gave them."""
