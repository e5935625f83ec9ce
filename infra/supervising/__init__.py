"""How a process of ours is started, tied to us, watched and stopped with all that it started itself."""
