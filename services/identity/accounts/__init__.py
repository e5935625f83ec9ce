"""Accounts: people who can sign in, the same in every tenant."""
