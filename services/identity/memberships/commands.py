"""Giving mandates and accepting them: load, decide, save, announce. The caller owns the transaction."""

from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import Struct, structs
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from libs.config import Settings
from libs.contracts.events import MembershipChanged
from libs.fields import Email, Language, Line
from libs.identity import Principal
from libs.journal.commands import record
from libs.messaging.outbox import publish
from services.identity.accounts.commands import account_of
from services.identity.links.commands import Letter, add_link, send_link
from services.identity.memberships.domain import Mandate, MembershipState, Role
from services.identity.memberships.models import Membership
from services.identity.organisations.queries import circumstances


class InviteRepresentative(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to give which mandate: of an organisation, or (a viewer, a programme manager) of the day itself."""

    email: Email
    name: Line
    organisation_id: UUID | None = None
    role: Role = "representative"
    language: Language
    valid_until: date | None = None


class _Given(Struct, frozen=True):
    membership: Membership
    organisation: dict[str, str] | None
    is_news: bool


async def invite_representative(
    session: AsyncSession, principal: Principal, command: InviteRepresentative, now: datetime, settings: Settings
) -> UUID:
    """Offer a mandate by a letter whose link leads to it; return the membership.

    Once more for the same mandate: the same membership, and the letter again while it is not accepted.
    """
    given = await _give(session, principal, command, now, "invited")
    membership = given.membership
    if membership.state == "active":
        return membership.id
    link = add_link(session, membership, "membership", now)
    letter = Letter(
        template="membership",
        language=command.language,
        recipient=command.email.casefold(),
        recipient_name=command.name,
        fields={"role": command.role, "organisation": given.organisation or ""},
    )
    send_link(session, principal, letter, link, now, settings)
    record(session, principal, "memberships.invite", membership.id, now)
    return membership.id


async def appoint(session: AsyncSession, principal: Principal, command: InviteRepresentative, now: datetime) -> UUID:
    """Give a mandate that holds at once, without a letter; return the membership.

    For who needs no invitation: the demonstration's personas.
    """
    given = await _give(session, principal, command, now, "active")
    if given.is_news:
        publish(session, membership_changed(given.membership), now)
        record(session, principal, "memberships.appoint", given.membership.id, now)
    return given.membership.id


class ByProvider(Struct, frozen=True, kw_only=True):
    """What an organisation's provider says of somebody who signs in by it: the roles that its groups give."""

    account_id: UUID
    name: str
    provider_id: UUID
    organisation_id: UUID
    roles: tuple[Role, ...]


async def follow_provider(session: AsyncSession, principal: Principal, said: ByProvider, now: datetime) -> None:
    """Give the mandates that a provider's groups give, and end those that it gave and does not give any more.

    A mandate that somebody else gave is the provider's from the day that it gives it too.
    """
    today = (await circumstances(session, said.organisation_id, now)).today
    key = {"account_id": said.account_id, "organisation_id": said.organisation_id}
    held = {each.role: each for each in await session.scalars(select(Membership).filter_by(**key).with_for_update())}
    changed = [_given_by_provider(session, principal, said, role, held.get(role), today) for role in said.roles]
    for role, membership in held.items():
        over = membership.valid_until is not None and membership.valid_until < today
        if membership.provider_id == said.provider_id and role not in said.roles and not over:
            membership.valid_until = today - timedelta(days=1)
            changed.append(membership)
    await session.flush()
    who = structs.replace(principal, account_id=said.account_id, organisation_id=said.organisation_id)
    for membership in filter(None, changed):
        publish(session, membership_changed(membership), now)
        given = membership.role in said.roles
        record(session, who, "memberships.follow", membership.id, now, role=membership.role, given=str(given).lower())


def membership_changed(membership: Membership) -> MembershipChanged:
    return MembershipChanged(
        tenant_id=membership.tenant_id,
        id=membership.id,
        version=membership.version,
        account_id=membership.account_id,
        organisation_id=membership.organisation_id,
        role=membership.role,
        valid_from=membership.valid_from,
        valid_until=membership.valid_until,
        ended=membership.state == "ended",
    )


def _given_by_provider(  # noqa: PLR0913, PLR0917 (whose, which, and what is there)
    session: AsyncSession, principal: Principal, said: ByProvider, role: Role, there: Membership | None, today: date
) -> Membership | None:
    """Return the mandate if it is news."""
    if there is None:
        made = Membership(
            tenant_id=principal.tenant_id,
            account_id=said.account_id,
            name=said.name,
            organisation_id=said.organisation_id,
            role=role,
            state="active",
            valid_from=today,
            valid_until=None,
            provider_id=said.provider_id,
        )
        session.add(made)
        return made
    there.name = said.name
    over = there.valid_until is not None and there.valid_until < today
    if there.provider_id == said.provider_id and there.state == "active" and not over:
        return None
    if over or there.state == "invited":
        there.state, there.valid_from, there.valid_until = "active", today, None
    there.provider_id = said.provider_id
    return there


async def _give(
    session: AsyncSession, principal: Principal, command: InviteRepresentative, now: datetime, state: MembershipState
) -> _Given:
    """Load, decide and save what inviting and appointing have in common; a mandate that is over begins anew.

    An appointment makes good an invitation that nobody has answered yet.
    """
    there = await circumstances(session, command.organisation_id, now)
    mandate = Mandate(command.role, command.organisation_id, command.valid_until)
    mandate.admit(giver=principal.role, giver_organisation_id=principal.organisation_id, today=there.today)
    key = {
        "tenant_id": principal.tenant_id,
        "account_id": await account_of(session, command.email, command.language),
        "organisation_id": command.organisation_id,
        "role": command.role,
    }
    term = {"state": state, "valid_from": there.today, "valid_until": command.valid_until}
    row = insert(Membership).values(key | term | {"id": uuid7(), "version": 1, "name": command.name})
    made = await session.scalar(row.on_conflict_do_nothing(constraint="mandate_once").returning(Membership))
    if made is not None:
        return _Given(made, there.organisation, is_news=True)
    standing = (await session.scalars(select(Membership).filter_by(**key).with_for_update())).one()
    passed = standing.valid_until is not None and standing.valid_until < there.today
    over = passed or standing.state == "ended"
    awaited = state == "active" and standing.state == "invited"
    if over or awaited:
        standing.provider_id = None
        standing.state, standing.valid_from, standing.valid_until = state, there.today, command.valid_until
        await session.flush()
    return _Given(standing, there.organisation, is_news=over or awaited)
