"""When the database is not there: which errors say so, and saying it once. The edge tells the caller."""

from typing import Any

import structlog
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.ext.asyncio import AsyncEngine

from libs.errors import Unavailable
from libs.observability.outages import Outage

log = structlog.get_logger(__name__)

# SQLSTATE classes and codes: connection, resources (disk and memory full, too many connections), authorization (a role
# that is missing), catalog name (a database that is missing), operator intervention (shutdown, recovery), read-only.
_CLASSES = ("08", "53", "28", "3D", "57P0")
_READ_ONLY = "25006"  # the primary has become a replica


class DatabaseAway(Unavailable):
    detail = "The database cannot be reached at the moment."
    remedy = "Try the same again in a few seconds."


def is_absence(error: BaseException) -> bool:
    """Whether an error means that the database (or whatever else) was not there, went away or could take nothing in."""
    if isinstance(error, BaseExceptionGroup):
        return any(map(is_absence, error.exceptions))
    if isinstance(error, Unavailable | PoolExhausted):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    driver = error.orig if isinstance(error, DBAPIError) else error
    state = str(getattr(driver, "sqlstate", None) or "")
    return state.startswith(_CLASSES) or state == _READ_ONLY


def notice_absence(engine: AsyncEngine, service: str) -> None:
    """Let a pool raise `DatabaseAway` where it finds nobody to connect to, and say when that begins and ends."""
    outage = Outage(log, "the database", service=service)

    @event.listens_for(engine.sync_engine, "do_connect")
    def connect(dialect: Any, _record: Any, arguments: Any, options: Any) -> Any:
        try:
            connection = dialect.connect(*arguments, **options)
        except OSError as error:  # of the network: there is no database yet that could raise anything
            outage.met(error)
            raise DatabaseAway from error
        except dialect.loaded_dbapi.Error as error:  # it starts, recovers, has no room, does not know the role
            outage.met(error)
            raise
        outage.over()
        return connection
