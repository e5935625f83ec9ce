"""Letters: asked for by whoever has something to say, written in the recipient's language, sent once."""
