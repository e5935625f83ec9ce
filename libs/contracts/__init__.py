"""What services tell one another."""
