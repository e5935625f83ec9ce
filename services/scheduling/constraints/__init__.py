"""What a programme must, and what it should be: one registry, from which all that speaks of constraints reads."""
