"""Joint sign-off of a draft: what is signed is what will be public, and the last signature releases it."""
