"""All approvals of an edition on one page, whichever service keeps them: its own, and those of its drafts."""

import asyncio
from typing import Any

from services.portal.composing import Services

_DRAFTS = 10  # the latest; older ones are no longer worked on


async def approvals_of(services: Services, edition: str, *, drafts: bool) -> list[dict[str, Any]]:
    """Return them, the last proposed first, each with its `address` below the workspace."""
    own, released = await asyncio.gather(
        services.items(f"/editions/{edition}/approvals"), _of_drafts(services, edition) if drafts else _none()
    )
    found = [each | {"address": f"/editions/{edition}/approvals/{each['id']}"} for each in own] + released
    return sorted(found, key=lambda each: str(each["proposed_at"]), reverse=True)


async def _of_drafts(services: Services, edition: str) -> list[dict[str, Any]]:
    drafts = (await services.items("/drafts", edition=edition))[:_DRAFTS]
    kept = await asyncio.gather(*(services.items(f"/drafts/{draft['id']}/approvals") for draft in drafts))
    return [
        each | {"address": f"/editions/{edition}/programme/drafts/{draft['id']}/approvals/{each['id']}"}
        for draft, approvals in zip(drafts, kept, strict=True)
        for each in approvals
    ]


async def _none() -> list[dict[str, Any]]:
    return []
