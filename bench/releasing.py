"""Releasing the programme that is shown, as its two organisers do."""

from datetime import UTC, datetime, time

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bench.ground import FIRST_DAY, Ground
from infra.demo.stage import Stage
from libs.approvals.commands import Sign, sign
from libs.web.conditional import IfMatch
from services.portal.public.models import KnownRelease
from services.scheduling.approvals.commands import EFFECTS, propose_release
from services.scheduling.approvals.domain import RELEASE
from services.scheduling.drafts.commands.placing import PlaceSession, place_session


async def sign_release(stage: Stage, ground: Ground) -> None:
    """Let both organisers sign the draft as it stands."""
    now = datetime.now(UTC)
    manager = ground.of(ground.organisers[0], "programme_manager")
    async with stage.work("scheduling", manager) as session:
        approval = await propose_release(session, manager, ground.draft, "fr", now)
    for signatory in ground.signatories:
        async with stage.work("scheduling", signatory) as session:
            await sign(session, signatory, approval.id, Sign(approval.sha256), now, EFFECTS[RELEASE])


async def release(stage: Stage, ground: Ground, number: int) -> None:
    """Release the draft as it stands, its `number`-th release, and wait until the portal shows it."""
    await sign_release(stage, ground)

    async def public(session: AsyncSession) -> bool | None:
        return True if await session.scalar(select(KnownRelease.id).filter_by(version=number)) else None

    await stage.heard("portal", ground.tenant_id, public, f"release {number}")


async def move(stage: Stage, ground: Ground, number: int) -> None:
    """Give the first session another start, so that the next release differs from the last."""
    manager = ground.of(ground.organisers[0], "programme_manager")
    starts_at = datetime.combine(FIRST_DAY, time(8, 5 * (number % 12)))
    async with stage.work("scheduling", manager) as session:
        key = (ground.draft, ground.sessions[0])
        command = PlaceSession(room_id=ground.rooms[0], starts_at=starts_at)
        await place_session(session, manager, key, command, IfMatch("*"), datetime.now(UTC))
