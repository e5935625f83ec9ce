"""Everything on one machine in one command: PostgreSQL, mail sink, web and worker, started and watched here."""
