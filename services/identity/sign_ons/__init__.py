"""Sign-ons: sign-ins that an identity provider answers for (OpenID Connect Core 1.0, as relying party)."""
