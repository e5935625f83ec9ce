"""HTTP face of mail domains."""

from datetime import datetime
from uuid import UUID

from litestar import Controller, delete, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from libs.config import Settings
from libs.db.tenancy import Sessions, unit_of_work
from libs.identity import Principal
from services.identity.domains.commands import (
    ClaimDomain,
    DomainAsked,
    FollowDomainLink,
    WriteToKeeper,
    claim_domain,
    follow_domain_link,
    give_up_domain,
    prove_domain,
    read_claim,
    write_to_keeper,
)
from services.identity.name_server import texts_of
from services.identity.providers.queries import DomainView


class DomainController(Controller):
    path = "/mail-domains"
    tags = ("single sign-on",)

    @post(operation_id="claim_mail_domain", opt={"action": "providers.change"})
    async def claim(
        self,
        data: JSONBody[ClaimDomain],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
    ) -> DomainView:
        """Claim a domain for an organisation; claiming it once more finds the claim."""
        return await claim_domain(session, principal, data, now)

    @post(
        "/{domain_id:uuid}/proofs",
        operation_id="prove_mail_domain",
        status_code=200,
        opt={"action": "providers.change"},
    )
    async def prove(
        self,
        domain_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        sessions: NamedDependency[Sessions],
        now: NamedDependency[datetime],
        settings: NamedDependency[Settings],
    ) -> DomainView:
        """Look for the TXT record now."""
        async with unit_of_work(sessions, principal.tenant_id) as session:
            claim = await read_claim(session, principal, domain_id)
        records = await texts_of(claim.record_name, settings.name_server)
        async with unit_of_work(sessions, principal.tenant_id, actor=principal.actor) as session:
            return await prove_domain(session, principal, domain_id, records, now)

    @post(
        "/{domain_id:uuid}/letters",
        operation_id="write_to_keeper_of_mail_domain",
        status_code=202,
        opt={"action": "providers.change"},
    )
    async def write(  # noqa: PLR0913, PLR0917 (injected by name)
        self,
        domain_id: FromPath[UUID],
        data: JSONBody[WriteToKeeper],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
        settings: NamedDependency[Settings],
    ) -> DomainView:
        """Write to who keeps the domain; the link in the letter proves it."""
        return await write_to_keeper(session, principal, domain_id, data, now, settings)

    @delete("/{domain_id:uuid}", operation_id="give_up_mail_domain", opt={"action": "providers.change"})
    async def give_up(
        self,
        domain_id: FromPath[UUID],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
    ) -> None:
        await give_up_domain(session, principal, domain_id, now)


class DomainLinkController(Controller):
    path = "/mail-domain-links"
    tags = ("single sign-on",)

    @post(operation_id="follow_mail_domain_link", status_code=200, opt={"action": "sign_in"})
    async def follow(
        self,
        data: JSONBody[FollowDomainLink],
        session: NamedDependency[AsyncSession],
        principal: NamedDependency[Principal],
        now: NamedDependency[datetime],
    ) -> DomainAsked:
        """Tell what the link of a letter proves, or prove it."""
        return await follow_domain_link(session, principal, data, now)
