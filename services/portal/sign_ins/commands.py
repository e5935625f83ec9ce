"""Beginning, keeping and ending a sign-in of the portal. The browser's key never lies here in the clear."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.sealing import fingerprint, new_link, seal, unseal
from services.portal.composing import Refused, Services
from services.portal.sign_ins.domain import RENEWED_BEFORE, has_ended
from services.portal.sign_ins.models import SignIn

_PURPOSE = "portal sign-in"
_SEEN_EVERY = timedelta(minutes=1)


class Current(Struct, frozen=True, kw_only=True):
    """A sign-in as a page uses it: who it is, for whom they act, and the token that the services are asked with."""

    id: UUID
    key: str
    account: dict[str, Any]
    memberships: list[dict[str, Any]]
    membership: dict[str, Any]
    token: str


async def sign_in(services: Services, link: str, browser: str, device: str) -> dict[str, Any]:
    """Use a link up; return what identity tells of the sign-in, and whether somebody is still `to_choose` a mandate.

    `browser` is the secret that this browser asked for links with; empty where it asked for none. `device` is how it
    names itself.
    """
    shown = {"link": link, "browser": browser or None, "device": device}
    return await _choose_first(services, await services.post("/sign-ins", shown))


async def sign_in_by_code(services: Services, code: str, browser: str, device: str) -> dict[str, Any]:
    """Use up the link that a code stands for in this browser; return the same."""
    shown = {"code": code, "browser": browser, "device": device}
    return await _choose_first(services, await services.post("/sign-ins/by-code", shown))


async def sign_in_by_passkey(services: Services, challenge_id: UUID, credential: str, device: str) -> dict[str, Any]:
    """Sign in whose device has answered a question; return the same."""
    shown = {"challenge_id": challenge_id, "credential": credential, "device": device}
    return await _choose_first(services, await services.post("/sign-ins/by-passkey", shown))


async def _choose_first(services: Services, told: dict[str, Any]) -> dict[str, Any]:
    """Let who holds several mandates act for the first of them until they have chosen."""
    if told["membership_id"] is not None:
        return told | {"to_choose": False}
    asked = {"secret": told["secret"], "membership_id": told["memberships"][0]["id"]}
    token: dict[str, Any] = await services.post(f"/sign-ins/{told['id']}/tokens", asked)
    return told | token | {"to_choose": True}


async def begin(session: AsyncSession, tenant_id: UUID, told: dict[str, Any], now: datetime, key: bytes) -> str:
    """Keep what identity told of a finished sign-in; return the key that the browser is given."""
    browsers_key = new_link()
    session.add(
        SignIn(
            tenant_id=tenant_id,
            id=UUID(told["id"]),
            key_hash=fingerprint(browsers_key),
            sealed_secret=seal(key, _PURPOSE, told["secret"]),
            sealed_token=seal(key, _PURPOSE, told["access_token"]),
            token_ends_at=now + timedelta(seconds=told["expires_in"]),
            account=told["account"],
            memberships=told["memberships"],
            membership_id=_uuid(told["membership_id"]),
            began_at=now,
            seen_at=now,
        )
    )
    return browsers_key


async def resume(
    session: AsyncSession, browsers_key: str, services: Services, now: datetime, key: bytes
) -> Current | None:
    """Return the sign-in that a browser's key stands for, its token renewed if need be; none if it has ended."""
    found = await session.scalar(select(SignIn).filter_by(key_hash=fingerprint(browsers_key)).with_for_update())
    if found is None or has_ended(found.began_at, found.seen_at, now):
        return None
    if now - found.seen_at > _SEEN_EVERY:
        found.seen_at = now
    if found.token_ends_at - now < RENEWED_BEFORE:
        await _renew(found, services, found.membership_id, now, key)
    return Current(
        id=found.id,
        key=browsers_key,
        account=found.account,
        memberships=found.memberships,
        membership=next((each for each in found.memberships if _uuid(each["id"]) == found.membership_id), {}),
        token=unseal(key, _PURPOSE, found.sealed_token),
    )


async def act_for(  # noqa: PLR0913, PLR0917 (whose, for whom, and what it takes)
    session: AsyncSession, current: Current, membership_id: UUID, services: Services, now: datetime, key: bytes
) -> None:
    """Act for another of one's organisations from now on."""
    found = (await session.scalars(select(SignIn).filter_by(id=current.id).with_for_update())).one()
    await _renew(found, services, membership_id, now, key)


async def end_with_key(session: AsyncSession, browsers_key: str, services: Services, key: bytes) -> None:
    """End the sign-in that a browser's key stands for, if any: whoever signs in anew leaves nothing open behind."""
    found = await session.scalar(select(SignIn.id).filter_by(key_hash=fingerprint(browsers_key)))
    if found is not None:
        await end(session, found, services, key)


async def forget(session: AsyncSession, account_id: str, *, only: UUID | None = None, keep: UUID | None = None) -> None:
    """Let no browser of somebody's open anything here any more: of one sign-in, or of all but one."""
    gone = delete(SignIn).where(SignIn.account["id"].astext == account_id)
    if only is not None:
        gone = gone.where(SignIn.id == only)
    if keep is not None:
        gone = gone.where(SignIn.id != keep)
    await session.execute(gone)


async def forget_mandate(session: AsyncSession, membership_id: UUID) -> None:
    """Let nobody's browser act for a mandate here any more."""
    await session.execute(delete(SignIn).where(SignIn.membership_id == membership_id))


async def end(session: AsyncSession, sign_in_id: UUID, services: Services, key: bytes) -> None:
    """Forget a sign-in here, and tell identity that nobody will renew it."""
    sealed = await session.scalar(delete(SignIn).filter_by(id=sign_in_id).returning(SignIn.sealed_secret))
    if sealed is not None:
        with suppress(Refused):  # it has ended there already
            await services.end_sign_in(str(sign_in_id), unseal(key, _PURPOSE, sealed))


async def _renew(sign_in: SignIn, services: Services, membership_id: UUID | None, now: datetime, key: bytes) -> None:
    asked = {"secret": unseal(key, _PURPOSE, sign_in.sealed_secret), "membership_id": membership_id}
    told = await services.post(f"/sign-ins/{sign_in.id}/tokens", asked)
    sign_in.sealed_token = seal(key, _PURPOSE, told["access_token"])
    sign_in.token_ends_at = now + timedelta(seconds=told["expires_in"])
    sign_in.membership_id = _uuid(told["membership_id"])


def _uuid(value: str | None) -> UUID | None:
    return UUID(value) if value else None
