"""How often somebody has tried to show who they are."""
