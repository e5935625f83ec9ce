"""Organisations of a day, its people, calls and quotas, nominations, invitations."""
