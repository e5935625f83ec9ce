"""The authorization server (RFC 6749): token endpoint, keys, metadata."""
