"""HTTP face of invitations: sent under their nomination, read and answered by themselves."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_200_OK
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import NominationState
from libs.identity import Principal
from libs.web.conditional import versioned
from libs.web.once import Once
from services.stakeholders.invitations.commands import (
    AnswerInvitation,
    InviteSpeaker,
    Letterhead,
    answer_invitation,
    invite_speaker,
)
from services.stakeholders.invitations.queries import InvitationView, read_invitation


class InvitationReceipt(Struct, frozen=True):
    """What was sent or answered. Nothing personal: an idempotency key remembers it."""

    id: UUID
    nomination_id: UUID
    state: NominationState


class InvitationController(Controller):
    path = "/api/v1/{tenant:str}"
    tags = ("invitations",)

    @post("/nominations/{nomination_id:uuid}/invitation", operation_id="invite", opt={"action": "nominations.decide"})
    async def invite(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        nomination_id: FromPath[UUID],
        data: JSONBody[InviteSpeaker],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        letterhead: NamedDependency[Letterhead],
        now: NamedDependency[datetime],
        once: NamedDependency[Once],
    ) -> InvitationReceipt:
        async def act() -> InvitationReceipt:
            invitation = await invite_speaker(session, principal, nomination_id, data, letterhead, now)
            return InvitationReceipt(invitation.id, nomination_id, "invited")

        return await once(act)

    @get("/invitations/{invitation_id:uuid}", operation_id="read_invitation", opt={"action": "invitations.read"})
    async def read(
        self,
        request: Request[Any, Any, Any],
        invitation_id: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
    ) -> Response[InvitationView | None]:
        invitation = await read_invitation(session, principal, invitation_id)
        return versioned(request, invitation, invitation.version)

    @post(
        "/invitations/{invitation_id:uuid}/answer",
        operation_id="answer_invitation",
        opt={"action": "invitations.answer"},
        status_code=HTTP_200_OK,
    )
    async def answer(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        invitation_id: FromPath[UUID],
        data: JSONBody[AnswerInvitation],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        once: NamedDependency[Once],
    ) -> InvitationReceipt:
        async def act() -> InvitationReceipt:
            nomination = await answer_invitation(session, principal, invitation_id, data, now)
            return InvitationReceipt(invitation_id, nomination.id, nomination.state)

        return await once(act)
