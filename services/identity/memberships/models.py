"""The table of memberships: what an account may do in one tenant, for one organisation, from–to."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tenancy import RowId, TenantId
from services.identity.accounts.models import Account
from services.identity.db import Base
from services.identity.memberships.domain import MembershipState, Role
from services.identity.providers.models import IdentityProvider


class Membership(Base):
    """A mandate. `name` is the person's as this tenant knows it; the account is the same in other tenants."""

    __tablename__ = "membership"
    __table_args__ = (
        ForeignKeyConstraint(
            ("tenant_id", "provider_id"),
            (IdentityProvider.tenant_id, IdentityProvider.id),
            name="membership_by_provider",
        ),
        UniqueConstraint(
            "tenant_id",
            "account_id",
            "organisation_id",
            "role",
            name="mandate_once",
            postgresql_nulls_not_distinct=True,
        ),
    )

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    version: Mapped[int] = mapped_column()
    account_id: Mapped[UUID] = mapped_column(ForeignKey(Account.id))
    name: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID | None]
    role: Mapped[Role] = mapped_column(Text)
    state: Mapped[MembershipState] = mapped_column(Text)
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    provider_id: Mapped[UUID | None]  # whose rules gave it, and take it away

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy counts each change in it)
