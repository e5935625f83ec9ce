"""The share of this service in the making of an edition from another."""
