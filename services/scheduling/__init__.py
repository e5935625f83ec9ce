"""What happens when and where: rooms, sessions, drafts, solves, releases and their rendered exports."""
