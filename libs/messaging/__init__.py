"""How a fact travels: outbox → relay → broker → inbox. At least once on the way, once in its effect."""
