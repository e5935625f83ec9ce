"""Keys change every ninety days, and no token that is still good loses its key."""

import asyncio
from datetime import timedelta
from functools import partial

import httpx2
import pytest
from sqlalchemy import select
from uuid_utils.compat import uuid7

from infra.keys import rotate_now
from libs.config import Settings
from libs.db.tenancy import Sessions, connect
from libs.sealing import signed_link
from services.identity.tokens.commands import current_key, rotate_keys
from services.identity.tokens.domain import KEY_SIGNS_FOR, RotatedJustNow
from services.identity.tokens.models import SigningKey
from services.identity.tokens.queries import published_keys
from tests.identity.journee import Journee, now


async def test_processes_that_start_at_once_make_one_key(sessions: Sessions, journee: Journee) -> None:
    async def key() -> str | None:
        async with sessions.begin() as session:
            return (await current_key(session, journee.settings.key, now())).kid

    assert len(set(await asyncio.gather(*(key() for _ in range(8))))) == 1


async def test_the_next_key_was_published_long_before_it_signs_and_the_last_one_stays(
    sessions: Sessions, journee: Journee
) -> None:
    deployment_key = journee.settings.key
    async with sessions.begin() as session:
        await current_key(session, deployment_key, now())
    async with sessions() as session:  # rolled back: all tests share the deployment's keys
        first = await current_key(session, deployment_key, now())
        await rotate_keys(session, deployment_key, now())
        second = await current_key(session, deployment_key, now())
        published = {key["kid"] for key in await published_keys(session)}
        assert first.kid != second.kid
        assert {first.kid, second.kid} < published
        assert len(published) == 3

        later = now() + KEY_SIGNS_FOR + timedelta(days=1)
        to_come = await session.scalar(select(SigningKey.id).filter_by(state="next"))
        third = await current_key(session, deployment_key, later)
        assert third.kid == to_come
        assert {key["kid"] for key in await published_keys(session)} >= {second.kid, third.kid}
        await session.rollback()


async def test_private_halves_lie_sealed(sessions: Sessions, journee: Journee) -> None:
    async with sessions.begin() as session:
        key = await current_key(session, journee.settings.key, now())
        sealed = await session.scalar(select(SigningKey.sealed).filter_by(state="current"))
    assert sealed is not None
    assert str(key.as_dict(private=True)["d"]) not in sealed


async def test_a_speakers_link_is_exchanged_for_a_token_of_that_invitation(
    journee: Journee, http: httpx2.AsyncClient
) -> None:
    invitation = uuid7()
    link = signed_link(journee.settings.key, "invitation", journee.id, invitation)
    answer = await http.post(f"{journee.api}/invitation-tokens", json={"link": link})
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    assert (answer.json()["invitation_id"], answer.json()["expires_in"]) == (str(invitation), 600)
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert (await http.get(f"{journee.api}/memberships", headers=headers)).status_code == 403
    assert (await http.get(journee.api, headers=headers)).status_code == 200


async def test_a_speakers_link_that_is_not_ours_stands_in_the_journal(
    journee: Journee, http: httpx2.AsyncClient
) -> None:
    link = signed_link(b"o" * 32, "invitation", journee.id, uuid7())
    answer = await http.post(f"{journee.api}/invitation-tokens", json={"link": link})
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/invitation-link-unknown")
    [entry] = await journee.journal("sign_in.refused")
    assert entry.details == {"reason": "invitation-link-unknown"}


async def test_a_key_is_changed_by_hand_once_its_forerunners_tokens_have_expired(untouched: Settings) -> None:
    def rotated(*, leaked: bool = False, **ahead: float) -> str:
        return rotate_now(untouched, now() + timedelta(**ahead), leaked=leaked)

    engine, sessions = connect(untouched, "identity", connections=1)

    async def published() -> set[str]:
        async with sessions.begin() as session:
            return {key["kid"] for key in await published_keys(session)}

    first = await asyncio.to_thread(rotated)
    with pytest.raises(RotatedJustNow):
        await asyncio.to_thread(partial(rotated, minutes=9))
    second = await asyncio.to_thread(partial(rotated, minutes=11))
    assert second != first
    assert {first, second} < await published()
    third = await asyncio.to_thread(partial(rotated, leaked=True, minutes=12))
    assert third not in {first, second}
    assert not {first, second} & await published()
    await engine.dispose()
