"""Reads of an organisation's single sign-on, straight into structs. No secret is ever read."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct, convert
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.config import Settings
from libs.contracts.programme import Text
from libs.identity import Principal
from services.identity.domains.models import MailDomain
from services.identity.organisations.models import KnownOrganisation
from services.identity.providers.domain import (
    GivenRole,
    Method,
    NoSuchProvider,
    Preset,
    Rule,
    State,
    admit_change,
)
from services.identity.providers.models import IdentityProvider, ProviderTrial, SignOnRule

RECORD = "_moussem"  # the name below a domain that its proof stands under


class TrialView(Struct, frozen=True, kw_only=True):
    """The last trial. `current`: nothing was changed since. `problems`: what a sign-in would be refused for."""

    at: datetime
    current: bool
    claims: dict[str, Any]
    roles: list[str]
    problems: list[str]


class ProviderView(Struct, frozen=True, kw_only=True):
    id: UUID
    version: int
    organisation_id: UUID
    preset: Preset
    name: str
    issuer: str
    client_id: str
    method: Method
    public_key: dict[str, Any] | None
    scopes: list[str]
    rules: list[Rule]
    otherwise: GivenRole | None
    max_age: int | None
    levels: list[str]
    state: State
    redirect_uri: str
    logout_uri: str
    told: dict[str, Any]
    trial: TrialView | None


class DomainView(Struct, frozen=True, kw_only=True):
    """A claimed domain, and the TXT record (`name`, `value`) that proves it."""

    id: UUID
    domain: str
    record_name: str
    record_value: str
    letter_sent_at: datetime | None
    verified_at: datetime | None


class SingleSignOnView(Struct, frozen=True, kw_only=True):
    organisation_id: UUID
    version: int  # of what it demands; 0 where it never did
    compulsory: bool
    providers: list[ProviderView]
    domains: list[DomainView]


class SignOnChoice(Struct, frozen=True, kw_only=True):
    """A provider that an address leads to."""

    provider_id: UUID
    name: str
    organisation: Text


def redirect_uri(base_url: str, provider_id: UUID) -> str:
    return f"{base_url}/sso/{provider_id}/callback"


def logout_uri(base_url: str, provider_id: UUID) -> str:
    return f"{base_url}/back-channel/{provider_id}/logout"


async def read_single_sign_on(
    session: AsyncSession, principal: Principal, organisation_id: UUID, settings: Settings
) -> SingleSignOnView:
    admit_change(principal, organisation_id)
    organisation = await session.scalar(select(KnownOrganisation.id).filter_by(id=organisation_id))
    if organisation is None:
        raise NoSuchProvider
    providers = (
        select(IdentityProvider, ProviderTrial)
        .outerjoin(
            ProviderTrial,
            (ProviderTrial.tenant_id == IdentityProvider.tenant_id) & (ProviderTrial.id == IdentityProvider.id),
        )
        .where(IdentityProvider.organisation_id == organisation_id)
        .order_by(IdentityProvider.id)
    )
    domains = select(MailDomain).filter_by(organisation_id=organisation_id).order_by(MailDomain.domain)
    rule = await session.scalar(
        select(SignOnRule).filter_by(id=organisation_id).execution_options(populate_existing=True)
    )
    return SingleSignOnView(
        organisation_id=organisation_id,
        version=rule.version if rule else 0,
        compulsory=bool(rule and rule.compulsory),
        providers=[_view(provider, trial, settings) for provider, trial in await session.execute(providers)],
        domains=[domain_view(each) for each in await session.scalars(domains)],
    )


async def read_provider(
    session: AsyncSession, principal: Principal, provider_id: UUID, settings: Settings
) -> ProviderView:
    found = await session.scalar(select(IdentityProvider).filter_by(id=provider_id))
    if found is None:
        raise NoSuchProvider
    admit_change(principal, found.organisation_id)
    return _view(found, await session.scalar(select(ProviderTrial).filter_by(id=provider_id)), settings)


async def choices_for(session: AsyncSession, domain: str) -> list[SignOnChoice]:
    """Return the providers that an address of a domain leads to: what anybody may know, whoever has an account."""
    found = (
        select(IdentityProvider.id.label("provider_id"), IdentityProvider.name, KnownOrganisation.name.label("of"))
        .join(
            MailDomain,
            (MailDomain.tenant_id == IdentityProvider.tenant_id)
            & (MailDomain.organisation_id == IdentityProvider.organisation_id),
        )
        .join(
            KnownOrganisation,
            (KnownOrganisation.tenant_id == IdentityProvider.tenant_id)
            & (KnownOrganisation.id == IdentityProvider.organisation_id),
        )
        .where(IdentityProvider.state == "on", MailDomain.domain == domain, MailDomain.verified_at.is_not(None))
        .order_by(IdentityProvider.id)
    )
    rows = (await session.execute(found)).all()
    return [SignOnChoice(provider_id=row.provider_id, name=row.name, organisation=row.of) for row in rows]


def domain_view(found: MailDomain) -> DomainView:
    return DomainView(
        id=found.id,
        domain=found.domain,
        record_name=f"{RECORD}.{found.domain}",
        record_value=f"moussem={found.token}",
        letter_sent_at=found.link_sent_at,
        verified_at=found.verified_at,
    )


def _view(provider: IdentityProvider, trial: ProviderTrial | None, settings: Settings) -> ProviderView:
    return ProviderView(
        id=provider.id,
        version=provider.version,
        organisation_id=provider.organisation_id,
        preset=provider.preset,
        name=provider.name,
        issuer=provider.issuer,
        client_id=provider.client_id,
        method=provider.method,
        public_key=provider.public_key,
        scopes=provider.scopes,
        rules=convert(provider.rules, list[Rule]),
        otherwise=provider.otherwise,
        max_age=provider.max_age,
        levels=provider.levels,
        state=provider.state,
        redirect_uri=redirect_uri(settings.base_url, provider.id),
        logout_uri=logout_uri(settings.base_url, provider.id),
        told=provider.told,
        trial=None if trial is None else _trial(trial, provider.revision),
    )


def _trial(trial: ProviderTrial, revision: int) -> TrialView:
    return TrialView(
        at=trial.at,
        current=trial.revision == revision,
        claims=trial.claims,
        roles=trial.roles,
        problems=trial.problems,
    )
