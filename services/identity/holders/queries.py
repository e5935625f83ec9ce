"""Reads of people with all their mandates in one tenant."""

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.programme import Text
from libs.zones import wall
from services.identity.accounts.models import Account
from services.identity.memberships.domain import HeldMandate
from services.identity.memberships.models import Membership
from services.identity.organisations.models import KnownOrganisation
from services.identity.organisations.queries import its_organisation
from services.identity.providers.models import SignOnRule
from services.identity.tenants.models import Tenant


class Holder(Struct, frozen=True, kw_only=True):
    """A person with mandates in one tenant, and the day that it is there."""

    account_id: UUID
    email: str
    language: str
    today: date
    mandates: list[HeldMandate]


async def holder_by_email(session: AsyncSession, email: str, now: datetime) -> Holder | None:
    return await _holder(session, Account.email == email, now)


async def holder_by_account(session: AsyncSession, account_id: UUID, now: datetime) -> Holder | None:
    return await _holder(session, Account.id == account_id, now)


async def _holder(session: AsyncSession, whose: ColumnElement[bool], now: datetime) -> Holder | None:
    mandates = (
        select(Account, Membership, KnownOrganisation.name, Tenant.timezone, SignOnRule.compulsory)
        .join(Membership, Membership.account_id == Account.id)
        .join(Tenant, Tenant.tenant_id == Membership.tenant_id)
        .outerjoin(KnownOrganisation, its_organisation())
        .outerjoin(
            SignOnRule,
            (SignOnRule.tenant_id == Membership.tenant_id) & (SignOnRule.id == Membership.organisation_id),
        )
        .where(whose)
        .order_by(Membership.id)
    )
    rows = (await session.execute(mandates)).all()
    if not rows:
        return None
    account, _, _, timezone, _ = rows[0]
    return Holder(
        account_id=account.id,
        email=account.email,
        language=account.language,
        today=wall(now, timezone).date(),
        mandates=[
            _held(membership, organisation, bool(compulsory)) for _, membership, organisation, _, compulsory in rows
        ],
    )


def _held(membership: Membership, organisation: Text | None, by_provider_only: bool) -> HeldMandate:  # noqa: FBT001 (a column)
    return HeldMandate(
        id=membership.id,
        role=membership.role,
        organisation_id=membership.organisation_id,
        organisation=organisation,
        name=membership.name,
        state=membership.state,
        valid_from=membership.valid_from,
        valid_until=membership.valid_until,
        by_provider_only=by_provider_only,
    )
