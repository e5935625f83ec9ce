"""Passkeys: a key on a device of one's own that signs in, without a letter and without a password (WebAuthn)."""
