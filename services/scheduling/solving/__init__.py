"""Finding a programme: a process of its own, so that neither web nor worker ever loads the solver."""
