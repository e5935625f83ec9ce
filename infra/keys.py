"""`./moussem keys rotate`: another key signs from now on."""

import asyncio
from datetime import datetime

from libs.config import Settings
from libs.db.tenancy import connect
from services.identity.tokens.commands import rotate


def rotate_now(settings: Settings, now: datetime, *, leaked: bool) -> str:
    """Let the next key sign; return its id."""

    async def work() -> str:
        engine, sessions = connect(settings, "identity", connections=1)
        try:
            async with sessions.begin() as session:
                return await rotate(session, settings.key, now, leaked=leaked)
        finally:
            await engine.dispose()

    return asyncio.run(work())
