"""A client that is not let in: noted in its journal, counted, and after some times answered shortly."""

from sqlalchemy import delete, func, select, text

from libs.journal.commands import record
from libs.sealing import fingerprint
from services.identity.links.domain import SIGN_IN_REFUSED
from services.identity.oauth.commands.server import Caller, Desk
from services.identity.oauth.domain import Answer, OAuthRequest
from services.identity.oauth.models import RefusedClient
from services.identity.oauth.throttle import WINDOW, is_too_often

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 1))")
_FORGOTTEN_AT_ONCE = 100
_NOT_LET_IN = 401


async def count_refusal(
    desk: Desk, request: OAuthRequest, network: str, answer: Answer, refused: Caller | None
) -> Answer:
    """Return the answer to a client: as it is where it was let in, and 429 to whoever names one wrongly too often."""
    named = str(refused.client.id) if refused else request.credentials[0] if request.credentials else ""
    if answer.status != _NOT_LET_IN or not named:
        return answer
    session, now = desk.session, desk.now
    name = fingerprint(f"{named} {network}")
    await session.execute(_ONE_AT_A_TIME, {"name": name})
    old = select(RefusedClient.id).where(RefusedClient.at <= now - WINDOW).limit(_FORGOTTEN_AT_ONCE)
    await session.execute(delete(RefusedClient).where(RefusedClient.id.in_(old.with_for_update(skip_locked=True))))
    counted = select(func.count()).where(RefusedClient.name == name, RefusedClient.at > now - WINDOW)
    if is_too_often(await session.scalar(counted) or 0):
        return _too_often()
    session.add(RefusedClient(name=name, at=now))
    if refused is not None:
        record(session, refused.stranger(), SIGN_IN_REFUSED, refused.client.id, now, reason="client-secret")
    return answer


def _too_often() -> Answer:
    body = {"error": "invalid_client", "error_description": "The client was refused too often. Try again later."}
    headers = {"Retry-After": str(int(WINDOW.total_seconds())), "Cache-Control": "no-store"}
    return Answer(429, body, headers)
