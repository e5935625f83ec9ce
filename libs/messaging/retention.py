"""What a service's relay forgets, and when.

Sent facts go after 30 days, the memory of their effects five days later: the inbox outlives the longest replay, so that
what the outbox can still send again has effects that are remembered. What idempotency keys remember goes after a day.
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
_KEYS: LiteralString = """
    DELETE FROM idempotency_key WHERE (tenant_id, caller, key) IN (
        SELECT tenant_id, caller, key FROM idempotency_key WHERE created_at < now() - interval '1 day' LIMIT %s)
"""
_TAKES_KEYS: LiteralString = "SELECT to_regclass('idempotency_key') IS NOT NULL AS so"
_WORKERS: LiteralString = "DELETE FROM worker WHERE seen_at < now() - interval '1 day'"


def forget(connection: psycopg.Connection[dict[str, Any]]) -> int:
    """Delete some of what is old in one service's schema; return how many rows, none when nothing is old any more."""
    connection.execute(_WORKERS)
    forgotten = connection.execute(_OUTBOX, (OUTBOX_DAYS, _AT_MOST)).rowcount
    forgotten += connection.execute(_INBOX, (INBOX_DAYS, _AT_MOST)).rowcount
    takes_keys = connection.execute(_TAKES_KEYS).fetchone()
    if takes_keys and takes_keys["so"]:
        forgotten += connection.execute(_KEYS, (_AT_MOST,)).rowcount
    return forgotten
