"""Reads of memberships, straight into structs."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.programme import Text
from libs.identity import Principal
from services.identity.accounts.models import Account
from services.identity.memberships.domain import MembershipState, Role
from services.identity.memberships.models import Membership
from services.identity.organisations.models import KnownOrganisation
from services.identity.organisations.queries import its_organisation

_OWN_ORGANISATION_ONLY = frozenset({"representative", "technical_contact"})


class MembershipView(Struct, frozen=True, kw_only=True):
    id: UUID
    account_id: UUID
    name: str
    email: str
    role: Role
    organisation_id: UUID | None
    organisation: Text | None
    state: MembershipState
    valid_from: date
    valid_until: date | None


async def list_memberships(
    session: AsyncSession, principal: Principal, *, after: UUID | None, limit: int
) -> Sequence[MembershipView]:
    """Return memberships in the order in which they were given; of one's own organisation only, for who is of one."""
    listed = (
        select(
            Membership.id,
            Membership.account_id,
            Membership.name,
            Account.email,
            Membership.role,
            Membership.organisation_id,
            KnownOrganisation.name.label("organisation"),
            Membership.state,
            Membership.valid_from,
            Membership.valid_until,
        )
        .join(Account, Account.id == Membership.account_id)
        .outerjoin(KnownOrganisation, its_organisation())
        .where(Membership.state != "ended")
        .order_by(Membership.id)
        .limit(limit)
    )
    if principal.role in _OWN_ORGANISATION_ONLY:
        listed = listed.where(Membership.organisation_id == principal.organisation_id)
    if after is not None:
        listed = listed.where(Membership.id > after)
    return [MembershipView(**row) for row in (await session.execute(listed)).mappings()]
