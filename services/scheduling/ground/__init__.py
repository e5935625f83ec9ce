"""What an edition's programme stands on: its rooms, sessions and speakers, where drafts put them, what is public."""
