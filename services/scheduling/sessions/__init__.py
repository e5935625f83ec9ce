"""What is to be put on an edition's programme."""
