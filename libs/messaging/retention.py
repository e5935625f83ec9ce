"""What messaging forgets, and when: sent facts after 30 days, the memory of their effects five days later.

The inbox outlives the longest replay: a fact that the outbox can still send again is one whose effects are remembered.
"""

from typing import Any, LiteralString

import psycopg

OUTBOX_DAYS = 30
INBOX_DAYS = 35
_AT_MOST = 500  # rows of each table at a time: no long lock, no long transaction

_OUTBOX: LiteralString = """
    DELETE FROM outbox WHERE (tenant_id, id) IN (
        SELECT tenant_id, id FROM outbox WHERE sent_at < now() - make_interval(days => %s) LIMIT %s)
"""
_INBOX: LiteralString = """
    DELETE FROM inbox WHERE (tenant_id, id, handler) IN (
        SELECT tenant_id, id, handler FROM inbox WHERE received_at < now() - make_interval(days => %s) LIMIT %s)
"""
_WORKERS: LiteralString = "DELETE FROM worker WHERE seen_at < now() - interval '1 day'"


def forget(connection: psycopg.Connection[dict[str, Any]]) -> int:
    """Delete some of what is old in one service's schema; return how many rows, none when nothing is old any more."""
    connection.execute(_WORKERS)
    outbox = connection.execute(_OUTBOX, (OUTBOX_DAYS, _AT_MOST)).rowcount
    return outbox + connection.execute(_INBOX, (INBOX_DAYS, _AT_MOST)).rowcount
