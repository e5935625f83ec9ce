"""What a refusal leaves behind: it was rolled back, then noted in the journal in a transaction of its own."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from libs.db.tenancy import Sessions, unit_of_work
from libs.errors import DomainError
from libs.identity import Principal
from libs.journal.commands import record


def journal_refusals(sessions: Sessions) -> Callable[[Exception, Any], Awaitable[None]]:
    """Return the hook that notes refusals which say under what action they are `journalled`."""

    async def note(error: Exception, scope: Any) -> None:
        principal = scope.get("user")
        if not (isinstance(error, DomainError) and error.journalled and isinstance(principal, Principal)):
            return
        reason = re.sub(r"(?<!^)(?=[A-Z])", "-", type(error).__name__).lower()
        async with unit_of_work(sessions, principal.tenant_id, actor=principal.actor) as session:
            record(session, principal, error.journalled, None, datetime.now(UTC), reason=reason)

    return note
