"""Reads of sign-ins."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct
from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.programme import Text
from libs.identity import Principal
from libs.permissions import NotYourRole
from services.identity.accounts.models import Account
from services.identity.memberships.domain import Role
from services.identity.memberships.models import Membership
from services.identity.organisations.models import KnownOrganisation
from services.identity.organisations.queries import its_organisation
from services.identity.sign_ins.domain import IDLE
from services.identity.sign_ins.models import SignIn

Whose = Literal["mine", "organisation"]
SHOWN_FOR = timedelta(days=90)
_WATCHES_OVER_ITS_OWN = frozenset({"technical_contact", "co_organiser", "administrator"})


class SignInEntry(Struct, frozen=True, kw_only=True):
    """`by` is how they showed who they are; `device`, how their browser names itself; `current`, the one that asks."""

    id: UUID
    name: str
    email: str
    role: Role | None
    organisation: Text | None
    by: str
    device: str
    began_at: datetime
    seen_at: datetime
    goes_on: bool
    current: bool


async def list_sign_ins(  # noqa: PLR0913 (whose, and which page of them)
    session: AsyncSession, principal: Principal, whose: Whose, now: datetime, *, after: UUID | None, limit: int
) -> Sequence[SignInEntry]:
    """Return the sign-ins of the last ninety days, the latest first: one's own, or those for one's organisation."""
    listed = (
        select(
            SignIn.id,
            Membership.name,
            Account.email,
            Membership.role,
            KnownOrganisation.name.label("organisation"),
            SignIn.by,
            SignIn.device,
            SignIn.began_at,
            SignIn.seen_at,
            and_(SignIn.ended_at.is_(None), SignIn.expires_at > now, SignIn.seen_at > now - IDLE).label("goes_on"),
            (SignIn.id == principal.sign_in_id).label("current"),
        )
        .join(Account, Account.id == SignIn.account_id)
        .outerjoin(Membership, (Membership.tenant_id == SignIn.tenant_id) & (Membership.id == SignIn.membership_id))
        .outerjoin(KnownOrganisation, its_organisation())
        .where(SignIn.tenant_id == principal.tenant_id, SignIn.began_at > now - SHOWN_FOR)
        .order_by(SignIn.id.desc())
        .limit(limit)
    )
    if whose == "mine":
        listed = listed.where(SignIn.account_id == principal.account_id)
    elif principal.role in _WATCHES_OVER_ITS_OWN:
        listed = listed.where(Membership.organisation_id == principal.organisation_id)
    else:
        raise NotYourRole(role=principal.role, action="sign_ins.read")
    if after is not None:
        listed = listed.where(SignIn.id < after)
    rows = (await session.execute(listed)).mappings()
    return [SignInEntry(**{**row, "name": row["name"] or "", "current": bool(row["current"])}) for row in rows]


async def signed_in_at(session: AsyncSession, principal: Principal) -> datetime | None:
    """Return when the sign-in began that a person's token comes from; none where it has ended or there was none."""
    if principal.sign_in_id is None:
        return None
    return await session.scalar(select(SignIn.began_at).filter_by(id=principal.sign_in_id, ended_at=None))
