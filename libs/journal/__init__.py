"""Who did what, when, on whose behalf: append-only, in every service's schema."""
