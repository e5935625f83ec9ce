"""Where the demonstration's letters go: into a sink that sends none, and to be read at /dev/mailbox."""
