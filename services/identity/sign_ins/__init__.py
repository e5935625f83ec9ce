"""Sign-ins: a link used up, tokens renewed until it ends."""
