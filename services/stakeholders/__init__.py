"""Who takes part: organisations, people, calls, quotas, nominations, invitations, availability."""
