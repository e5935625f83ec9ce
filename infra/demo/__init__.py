"""The demonstration: public facts of the editions held, and a running year lived by the journey's own commands."""
