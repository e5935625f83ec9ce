"""What leaves the house by mail: letters, from a template, in the recipient's language."""
