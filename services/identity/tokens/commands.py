"""Issuing access tokens, and the keys that sign them. The caller owns the transaction."""

from datetime import datetime, timedelta
from uuid import UUID

from joserfc.jwk import ECKey
from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from libs.config import Settings
from libs.identity import Principal
from services.identity.tokens.domain import TOKEN_GOOD_FOR, AccessToken, KeyState, admit_rotation, must_rotate
from services.identity.tokens.models import Revocation, SigningKey
from services.identity.tokens.signing import claims_of, new_key, public_half, seal_key, sign, unseal_key

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('identity.signing_key'))")
_REMEMBERED_FOR = timedelta(minutes=1)


class Issuer:
    """Who signs: remembers the unsealed key for a minute, so that a token costs no statement."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._key: ECKey | None = None
        self._read_at: datetime | None = None

    @property
    def deployment_key(self) -> bytes:
        return self._settings.key

    @property
    def name(self) -> str:
        """The issuer's name, as it stands in the token (`iss`)."""
        return self._settings.issuer

    async def issue(self, session: AsyncSession, principal: Principal, now: datetime) -> AccessToken:
        """Return a token that lets its bearer be `principal`."""
        return self.sign(await self.key(session, now), principal, now)

    async def key(self, session: AsyncSession, now: datetime) -> ECKey:
        """Return the key that signs now."""
        if self._key is None or self._read_at is None or not now - _REMEMBERED_FOR < self._read_at <= now:
            self._key = await current_key(session, self._settings.key, now)
            self._read_at = now
        return self._key

    def sign(self, key: ECKey, principal: Principal, now: datetime, consent_id: UUID | None = None) -> AccessToken:
        claims = claims_of(principal, self._settings.issuer, now, uuid7(), consent_id)
        return AccessToken(sign(claims, key), claims.exp - claims.iat)


async def revoke(session: AsyncSession, name: str, now: datetime) -> None:
    """Let services refuse what was given to a client, by a consent, in a sign-in or as one token.

    What has expired anyhow is forgotten.
    """
    await session.execute(delete(Revocation).where(Revocation.ends_at <= now))
    row = insert(Revocation).values(name=name, ends_at=now + 2 * TOKEN_GOOD_FOR)
    await session.execute(row.on_conflict_do_nothing())


async def current_key(session: AsyncSession, deployment_key: bytes, now: datetime) -> ECKey:
    """Return the key that signs now; made, or exchanged for the next, where it is time."""
    key = await _current(session)
    if key is None or must_rotate(key.since, now):
        await session.execute(_ONE_AT_A_TIME)
        key = await _current(session)
        if key is None or must_rotate(key.since, now):
            await rotate_keys(session, deployment_key, now)
            key = await _current(session)
    assert key is not None  # noqa: S101 (just made)
    return unseal_key(deployment_key, key.sealed)


async def rotate(session: AsyncSession, deployment_key: bytes, now: datetime, *, leaked: bool) -> str:
    """Change the key by hand; return the id of the one that signs now.

    One that has `leaked` is not published any more, nor is the next, which lay beside it: what they signed is refused
    as soon as a verifier meets the new key.
    """
    await session.execute(_ONE_AT_A_TIME)
    key = await _current(session)
    if leaked:
        await session.execute(delete(SigningKey))
    elif key is not None:
        admit_rotation(key.since, now)
    await rotate_keys(session, deployment_key, now)
    made = await _current(session)
    assert made is not None  # noqa: S101 (just made)
    return made.id


async def rotate_keys(session: AsyncSession, deployment_key: bytes, now: datetime) -> None:
    """Let the next key sign, publish a new next one, and keep the old one until all it signed has expired."""
    states = list(await session.scalars(select(SigningKey.state)))
    await session.execute(delete(SigningKey).filter_by(state="previous"))
    await _become(session, "current", "previous", now)
    if "next" not in states:
        await _add(session, deployment_key, "next", now)
    await _become(session, "next", "current", now)
    await _add(session, deployment_key, "next", now)


async def _current(session: AsyncSession) -> SigningKey | None:
    return await session.scalar(select(SigningKey).filter_by(state="current").execution_options(populate_existing=True))


async def _become(session: AsyncSession, old: KeyState, new: KeyState, now: datetime) -> None:
    await session.execute(update(SigningKey).filter_by(state=old).values(state=new, since=now))


async def _add(session: AsyncSession, deployment_key: bytes, state: KeyState, now: datetime) -> None:
    key = new_key()
    session.add(
        SigningKey(id=key.kid, state=state, since=now, public=public_half(key), sealed=seal_key(deployment_key, key))
    )
    await session.flush()
