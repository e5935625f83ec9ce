"""What each service knows of the days that it works for: a projection of identity's tenants, mounted in its schema."""
