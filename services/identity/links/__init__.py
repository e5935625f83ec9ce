"""Links that sign somebody in: mailed, to an invitation, of a persona."""
