"""Calls to addresses that somebody outside chose: bounded in time and size, to public addresses only."""
