"""HTTP face of passkeys."""

from datetime import datetime
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncSession

from libs.config import Settings
from libs.identity import Principal
from libs.web.cursors import Page
from services.identity.passkeys.commands import KeepPasskey, Question, ask_for_new, keep_passkey, remove_passkey
from services.identity.passkeys.queries import PasskeyView, list_passkeys


class KeptPasskey(Struct, frozen=True):
    id: UUID


class PasskeyController(Controller):
    path = "/passkeys"
    tags = ("sign-in",)

    @get(operation_id="list_passkeys", opt={"action": "passkeys.change"})
    async def list_own(
        self, session: NamedDependency[AsyncSession], principal: NamedDependency[Principal]
    ) -> Page[PasskeyView]:
        return Page(list(await list_passkeys(session, principal)))

    @post("/questions", operation_id="ask_for_new_passkey", opt={"action": "passkeys.change"})
    async def ask(
        self,
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        settings: NamedDependency[Settings],
    ) -> Question:
        """Return what the browser asks a device with, to make a key for who is signed in."""
        return await ask_for_new(session, principal, now, settings)

    @post(operation_id="keep_passkey", opt={"action": "passkeys.change"})
    async def keep(
        self,
        data: JSONBody[KeepPasskey],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        settings: NamedDependency[Settings],
    ) -> KeptPasskey:
        kept = await keep_passkey(session, principal, data, now, settings)
        return KeptPasskey(kept.id)

    @post(
        "/{passkey_id:uuid}/removal", operation_id="remove_passkey", status_code=204, opt={"action": "passkeys.change"}
    )
    async def remove(
        self,
        passkey_id: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
    ) -> None:
        await remove_passkey(session, principal, passkey_id, now)
