"""A backup: what the databases held at one moment, and how to tell that a restored place holds the same."""
