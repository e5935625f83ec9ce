"""How fast the platform is: each figure beside a ceiling that was measured in the same seconds on the same machine."""
