"""Reads of consents, straight into structs."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.programme import Text
from libs.errors import NoSuch
from libs.identity import Principal
from services.identity.clients.addresses import origin_of
from services.identity.clients.models import Client
from services.identity.consents.domain import CONSENT_GOOD_FOR, Asked, ConsentOver, Decision
from services.identity.consents.models import Consent
from services.identity.organisations.models import KnownOrganisation
from services.identity.sign_ins.queries import signed_in_at


class ConsentView(Struct, frozen=True, kw_only=True):
    """`origin` is where the answer leads. `for_you`: whether the mandate that one acts for may answer."""

    id: UUID
    client_id: UUID
    name: str
    organisation: Text | None
    scopes: list[str]
    origin: str
    decision: Decision | None
    decided_at: datetime | None
    for_you: bool = True
    sign_in_again: bool = False


async def read_consent(session: AsyncSession, principal: Principal, consent_id: UUID) -> ConsentView:
    """Return a question that waits for an answer, to whoever is asked, or one's own answer."""
    mine = or_(Consent.decision.is_(None), Consent.account_id == principal.account_id)
    row = (await session.execute(_listed().where(Consent.id == consent_id, mine))).one_or_none()
    if row is None:
        raise NoSuch(what="consent", id=str(consent_id))
    consent, client, organisation = row
    asked = Asked(
        organisation_id=client.organisation_id,
        asked_at=consent.asked_at,
        decision=consent.decision,
        signed_in_since=consent.signed_in_since,
    )
    if client.ended_at is not None:
        raise ConsentOver
    return _view(
        consent,
        client,
        organisation,
        for_you=client.organisation_id in {None, principal.organisation_id},
        sign_in_again=asked.needs_sign_in(await signed_in_at(session, principal)),
    )


async def list_consents(
    session: AsyncSession, principal: Principal, now: datetime, *, after: UUID | None, limit: int
) -> Sequence[ConsentView]:
    """Return what somebody lets applications do in their name at the moment."""
    standing = _listed().where(
        Consent.account_id == principal.account_id,
        Consent.decision == "granted",
        Consent.ended_at.is_(None),
        Consent.code_used_at.is_not(None),
        Consent.decided_at > now - CONSENT_GOOD_FOR,
        Client.ended_at.is_(None),
    )
    if after is not None:
        standing = standing.where(Consent.id > after)
    rows = await session.execute(standing.order_by(Consent.id).limit(limit))
    return [_view(consent, client, organisation) for consent, client, organisation in rows]


def _listed() -> Select[Consent, Client, Text]:
    of_client = and_(Client.tenant_id == Consent.tenant_id, Client.id == Consent.client_id)
    of_organisation = and_(
        KnownOrganisation.tenant_id == Client.tenant_id, KnownOrganisation.id == Client.organisation_id
    )
    return (
        select(Consent, Client, KnownOrganisation.name)
        .join(Client, of_client)
        .outerjoin(KnownOrganisation, of_organisation)
    )


def _view(
    consent: Consent, client: Client, organisation: Text | None, *, for_you: bool = True, sign_in_again: bool = False
) -> ConsentView:
    return ConsentView(
        id=consent.id,
        client_id=client.id,
        name=client.name,
        organisation=organisation,
        scopes=consent.scopes,
        origin=origin_of(consent.redirect_uri),
        decision=consent.decision,
        decided_at=consent.decided_at,
        for_you=for_you,
        sign_in_again=sign_in_again,
    )
