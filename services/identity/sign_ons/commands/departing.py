"""Signing out whom a provider has signed out (OpenID Connect Back-Channel Logout 1.0)."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from libs.identity import Principal
from libs.sealing import fingerprint
from services.identity.sign_ins.commands import close_sign_in
from services.identity.sign_ins.models import SignIn
from services.identity.sign_ons.commands.provider import Provider
from services.identity.sign_ons.logout import Departure, LogoutTokenWrong
from services.identity.sign_ons.models import (
    LogoutToken,
    ProviderSession,
)

_REPLAYABLE = timedelta(minutes=5)  # a token is heeded a little beyond its end: clocks differ


async def depart(
    session: AsyncSession, principal: Principal, provider: Provider, departure: Departure, now: datetime
) -> int:
    """End the sign-ins that a provider has ended, at once; return how many.

    With a session, that one; with a subject alone, all that this person began by this organisation's provider.
    """
    seen = {
        "tenant_id": principal.tenant_id,
        "id": uuid7(),
        "provider_id": provider.id,
        "token_hash": fingerprint(departure.token_id),
        "expires_at": datetime.fromtimestamp(departure.expires_at, UTC) + _REPLAYABLE,
    }
    row = insert(LogoutToken).values(seen).on_conflict_do_nothing(constraint="logout_token_once")
    if await session.scalar(row.returning(LogoutToken.id)) is None:
        raise LogoutTokenWrong
    await session.execute(delete(LogoutToken).where(LogoutToken.expires_at < now))
    concerned = (
        select(SignIn)
        .join(ProviderSession, (ProviderSession.tenant_id == SignIn.tenant_id) & (ProviderSession.id == SignIn.id))
        .where(ProviderSession.provider_id == provider.id, SignIn.ended_at.is_(None))
        .order_by(SignIn.id)
        .with_for_update(of=SignIn)
    )
    if departure.session:
        concerned = concerned.where(ProviderSession.session == departure.session)
    if departure.subject:
        concerned = concerned.where(ProviderSession.subject == departure.subject)
    ended = (await session.scalars(concerned)).all()
    for each in ended:
        await close_sign_in(session, principal, each, now, by="provider")
    return len(ended)
