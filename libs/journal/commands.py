"""Writing the journal, in the transaction of what is journalled."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from libs.db.new_rows import insert_last
from libs.identity import Principal
from libs.journal.models import JournalEntry
from libs.observability.correlation import correlation_id


def record(
    session: AsyncSession,
    principal: Principal,
    action: str,
    subject: UUID | None,
    now: datetime,
    **details: str | int | None,
) -> None:
    """Note that `principal` did `action` (named as in the permission matrix) to `subject`; ids and states only."""
    insert_last(
        session,
        JournalEntry,
        {
            "tenant_id": principal.tenant_id,
            "id": uuid7(),
            "actor": principal.actor,
            "organisation_id": principal.organisation_id,
            "action": action,
            "subject": subject,
            "details": details,
            "correlation_id": correlation_id(),
            "at": now,
        },
    )
