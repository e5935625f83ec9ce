"""Where the loader works: each service's database, as that service's own role, and what the others have heard so far.

Commands run in this process with the clock of their year; what they announce travels by the platform's own relay and
worker, and the loader waits until those who must know it know it.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from libs.config import SERVICES, Settings
from libs.db.tenancy import Sessions, connect, unit_of_work
from libs.identity import Principal

T = TypeVar("T")

Say = Callable[[str], None]

_WITHIN = 120.0  # seconds; a slow machine that starts everything at once is no error
_LOOK_EVERY = 0.05


class NotHeard(Exception):
    """A fact did not arrive in time: the relay, the broker or a worker does not work."""


class Stage:
    """The platform as the loader sees it."""

    def __init__(self, settings: Settings, sessions: dict[str, Sessions], say: Say) -> None:
        self.settings = settings
        self.sessions = sessions
        self.say = say

    @asynccontextmanager
    async def work(self, service: str, principal: Principal) -> AsyncIterator[AsyncSession]:
        """One transaction of a service, in the principal's tenant and name."""
        sessions = self.sessions[service]
        async with unit_of_work(sessions, principal.tenant_id, actor=principal.actor) as session:
            yield session

    async def heard(
        self, service: str, tenant_id: UUID, question: Callable[[AsyncSession], Awaitable[T | None]], what: str
    ) -> T:
        """Return what `question` finds in a service, as soon as it finds something; raise `NotHeard` if it does not."""
        until = time.monotonic() + _WITHIN
        while time.monotonic() < until:
            async with unit_of_work(self.sessions[service], tenant_id) as session:
                answer = await question(session)
            if answer is not None:
                return answer
            await asyncio.sleep(_LOOK_EVERY)
        raise NotHeard(f"{service} has not heard of {what} within {_WITHIN:.0f} seconds: is its worker alive?")


@asynccontextmanager
async def opened(settings: Settings, say: Say) -> AsyncIterator[Stage]:
    """Connect to every service's schema, one connection each."""
    async with AsyncExitStack() as closing:
        sessions = {}
        for service in SERVICES:
            engine, sessions[service] = connect(settings, service, connections=1)
            closing.push_async_callback(engine.dispose)
        yield Stage(settings, sessions, say)
