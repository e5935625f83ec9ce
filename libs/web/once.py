"""`Idempotency-Key` on POST: the same request again gets the first answer again (IETF idempotency-key draft).

The key is claimed in the transaction of what it protects, so that a second request waits for how the first ends. 2xx
and 409/422 answers are remembered, for 24 hours; a refusal's in a transaction of its own, after the rollback.
"""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from litestar import Request, Response
from msgspec import to_builtins
from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from libs.db.straight import Straight
from libs.db.tenancy import Sessions, unit_of_work
from libs.errors import Conflict, Invalid, Unprocessable
from libs.identity import Principal
from libs.web.models import IdempotencyKey
from libs.web.problems import problem_of

T = TypeVar("T")

_KEPT = timedelta(hours=24)
_LONGEST_KEY = 255
_STATE = "once"

# Built once: they run with every write. Parameters are named like columns, with a line after them.
_TABLE: Any = IdempotencyKey.__table__
_NEW = insert(_TABLE).values({column.name: bindparam(f"{column.name}_") for column in _TABLE.columns})
_CLAIM = Straight(
    _NEW.on_conflict_do_update(
        index_elements=[_TABLE.c.tenant_id, _TABLE.c.caller, _TABLE.c.key],
        set_={name: _NEW.excluded[name] for name in ("fingerprint", "status", "body", "created_at")},
        where=_TABLE.c.created_at < bindparam("expired"),
    ).returning(_TABLE.c.key)
)
_ANSWER = Straight(
    update(_TABLE)
    .where(*(_TABLE.c[name] == bindparam(f"{name}_") for name in ("tenant_id", "caller", "key")))
    .values(status=bindparam("status_"), body=bindparam("body_"))
)


class KeyReused(Unprocessable):
    detail = "This Idempotency-Key was used for another request."
    remedy = "Use a new key for a new request; repeat a request with exactly the same body."


class KeyMalformed(Invalid):
    detail = "An Idempotency-Key has between 1 and 255 printable characters."
    remedy = "Use a random one, for example a UUID."


class Answered(Exception):
    """Not an error: this request was answered before, and this was the answer."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


class Once:
    """The idempotency of one request: `await once(lambda: submit_nomination(…))`."""

    def __init__(  # noqa: PLR0913, PLR0917 (one request's facts)
        self, session: AsyncSession, principal: Principal, key: str | None, fingerprint: str, now: datetime, status: int
    ) -> None:
        self._session = session
        self._principal = principal
        self._status = status
        self._now = now
        self.key = key
        self.fingerprint = fingerprint

    async def __call__(self, act: Callable[[], Awaitable[T]]) -> T:
        """Do `act` and remember its answer; raise `Answered` where it was done before."""
        if self.key is None:
            return await act()
        await self._claim()
        result = await act()
        answer = {**self._mine, "status": self._status, "body": to_builtins(result)}
        await _ANSWER.rows(self._session, **_parameters(answer))
        return result

    async def remember(self, sessions: Sessions, error: Conflict | Unprocessable) -> None:
        """Keep how the request was refused: its own transaction was rolled back, and the claim with it."""
        problem = problem_of(error)
        row = {**self._row, "status": problem.status, "body": to_builtins(problem)}
        async with unit_of_work(sessions, self._principal.tenant_id) as session:
            await session.execute(insert(IdempotencyKey).values(row).on_conflict_do_nothing())

    async def _claim(self) -> None:
        if await _CLAIM.rows(self._session, **_parameters(self._row), expired=self._now - _KEPT):
            return
        found = (await self._session.scalars(select(IdempotencyKey).filter_by(**self._mine))).one()
        if found.fingerprint != self.fingerprint:
            raise KeyReused(key=self.key)
        raise Answered(found.status or self._status, found.body)

    @property
    def _mine(self) -> dict[str, Any]:
        return {"tenant_id": self._principal.tenant_id, "caller": self._principal.actor, "key": self.key}

    @property
    def _row(self) -> dict[str, Any]:
        return {
            **self._mine,
            "fingerprint": self.fingerprint,
            "status": None,
            "body": None,
            "created_at": self._now,
        }


def _parameters(values: dict[str, Any]) -> dict[str, Any]:
    return {f"{name}_": value for name, value in values.items()}


async def read_once(
    request: Request[Principal, Any, Any], session: AsyncSession, key: str | None, now: datetime
) -> Once:
    """Read the key and what it stands for; dependency `once` of every POST handler."""
    if key is not None and not (0 < len(key) <= _LONGEST_KEY and key.isprintable()):
        raise KeyMalformed
    seen = f"{request.method} {request.url.path}\n".encode() + await request.body()
    status = request.route_handler.status_code if hasattr(request.route_handler, "status_code") else 200
    once = Once(session, request.user, key, hashlib.sha256(seen).hexdigest(), now, status)
    if key is not None:
        request.scope["state"][_STATE] = once
    return once


def replay(_: Request[Any, Any, Any], answered: Answered) -> Response[Any]:
    """Answer as the first time."""
    media_type = "application/problem+json" if answered.status >= 400 else "application/json"  # noqa: PLR2004
    headers = {"Idempotent-Replayed": "true"}
    return Response(answered.body, status_code=answered.status, media_type=media_type, headers=headers)


def remember_refusals(sessions: Sessions) -> Callable[[Exception, Any], Awaitable[None]]:
    """Return the hook that keeps the answer of a refused request with its key."""

    async def remember(error: Exception, scope: Any) -> None:
        once = scope.get("state", {}).get(_STATE)
        if isinstance(once, Once) and isinstance(error, Conflict | Unprocessable) and not isinstance(error, KeyReused):
            await once.remember(sessions, error)

    return remember
