"""`./moussem doctor`: what is wrong with a platform, in sentences, each with its remedy."""
