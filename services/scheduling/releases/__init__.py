"""Published programmes: numbered, immutable, rendered once."""
