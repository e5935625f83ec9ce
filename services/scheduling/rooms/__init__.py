"""The rooms of an edition."""
