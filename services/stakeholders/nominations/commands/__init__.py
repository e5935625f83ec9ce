"""Changes to nominations: load, decide, save, announce. The caller owns the transaction."""
