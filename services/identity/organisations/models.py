"""What identity knows of organisations."""

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from libs.db.tenancy import RowId, TenantId
from services.identity.db import Base


class KnownOrganisation(Base):
    """What stakeholders last told of an organisation; its id is theirs."""

    __tablename__ = "known_organisation"

    tenant_id: Mapped[TenantId]
    id: Mapped[RowId]
    version: Mapped[int]
    name: Mapped[dict[str, str]] = mapped_column(JSONB)
