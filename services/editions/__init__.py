"""The yearly editions of a day: themes, panels and their seats, commitments; starts and watches a cloning."""
