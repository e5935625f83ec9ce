"""How a day of the demonstration comes to be: its tenant, organisations, mandates of its personas, API clients."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from infra.demo.cast import Cast, Member
from infra.demo.facts import DayFacts, OrganisationFacts
from infra.demo.journey import ClientSample, Persona, Samples
from infra.demo.stage import Stage
from libs.config import Settings
from libs.identity import Principal
from libs.sealing import lasting_secret
from libs.tenants.models import KnownTenant
from services.identity.clients.commands import CreateClient, create_client
from services.identity.clients.models import Client
from services.identity.memberships.commands import InviteRepresentative, appoint
from services.identity.memberships.models import Membership
from services.identity.organisations.models import KnownOrganisation
from services.identity.tenants.commands import Administrator, ChangeTenant, CreateTenant, change_tenant, create_tenant
from services.identity.tenants.domain import Protected
from services.identity.tenants.queries import tenant_by_slug
from services.stakeholders.organisations.commands import CreateOrganisation, create_organisation
from services.stakeholders.organisations.models import Organisation

_PROTECTED: tuple[Protected, ...] = ("theme", "panel", "announcement", "release")
_HEARS_OF_TENANTS = ("editions", "stakeholders", "scheduling", "outreach", "portal")


class Founding(Struct, frozen=True):
    """What a day is made of; `invented` for one that does not exist."""

    day: DayFacts
    organisations: tuple[OrganisationFacts, ...]
    samples: Samples
    invented: bool

    def marked(self, name: str) -> str:
        """Return a generated name with the mark of what it is, in the day's first language."""
        return self.samples.marked(name, self.day.languages[0])


async def found_day(stage: Stage, founding: Founding, now: datetime) -> Cast:
    """Bring the day to life, or find it as it is; return who acts in it."""
    founder = await _found_tenant(stage, founding, now)
    organisations = await _found_organisations(stage, founding, founder, now)
    await _name_co_organisers(stage, founding, founder, organisations, now)
    personas = founding.samples.personas
    members = [await _appoint(stage, founding, founder, organisations, persona, now) for persona in personas]
    return Cast(
        tenant_id=founder.tenant_id,
        slug=founder.tenant,
        timezone=founding.day.timezone,
        language=founding.day.languages[0],
        organisations=organisations,
        co_organising=founding.day.co_organisers,
        members=tuple(members),
    )


async def _found_tenant(stage: Stage, founding: Founding, now: datetime) -> Principal:
    day = founding.day
    tenant_id = await tenant_by_slug(stage.sessions["identity"])(day.slug)
    founder = Principal(tenant_id=tenant_id or uuid7(), tenant=day.slug, role="administrator")
    if tenant_id is None:
        first = next(each for each in founding.samples.personas if each.role == "administrator")
        command = CreateTenant(
            slug=day.slug,
            name=day.name.text,
            country=day.country,
            timezone=day.timezone,
            languages=list(day.languages),
            administrator=Administrator(first.email, founding.marked(first.name), first.language),
            patronage=day.patronage.text,
            protected=_PROTECTED,
            demonstration=True,
            invented=founding.invented,
        )
        async with stage.work("identity", founder) as session:
            await create_tenant(session, founder, command, now, stage.settings)
        stage.say(f"{day.slug}: {day.name.text[day.languages[0]]}")
    for service in _HEARS_OF_TENANTS:
        await stage.heard(service, founder.tenant_id, _find_tenant, f"the day {day.slug}")
    return founder


async def _find_tenant(session: AsyncSession) -> KnownTenant | None:
    tenant: KnownTenant | None = await session.scalar(select(KnownTenant))
    return tenant


async def _found_organisations(stage: Stage, founding: Founding, founder: Principal, now: datetime) -> dict[str, UUID]:
    """Make the organisations that are missing, and wait until identity knows them all; return their ids."""
    async with stage.work("stakeholders", founder) as session:
        rows = await session.execute(select(Organisation.slug, Organisation.id))
        ids = dict(rows.all())
        missing = [facts for facts in founding.organisations if facts.id not in ids]
        for facts in missing:
            command = CreateOrganisation(
                slug=facts.id, kind=facts.kind, name=facts.name, acronym=facts.acronym, sector=facts.sector or None
            )
            ids[facts.id] = (await create_organisation(session, founder, command, now)).id
    if missing:
        stage.say(f"{founder.tenant}: {len(missing)} organisations")

    async def all_known(session: AsyncSession) -> bool | None:
        known = set(await session.scalars(select(KnownOrganisation.id)))
        return True if set(ids.values()) <= known else None

    await stage.heard("identity", founder.tenant_id, all_known, f"the organisations of {founder.tenant}")
    return ids


async def _name_co_organisers(
    stage: Stage, founding: Founding, founder: Principal, organisations: dict[str, UUID], now: datetime
) -> None:
    """Name the co-organisers where there are none, and wait until those who keep approvals know who must sign."""

    async def named(session: AsyncSession) -> bool | None:
        tenant = await _find_tenant(session)
        return True if tenant is not None and tenant.co_organisers else None

    async with stage.work("editions", founder) as session:
        known = await named(session)
    if not known:
        command = ChangeTenant(co_organisers=tuple(organisations[each] for each in founding.day.co_organisers))
        async with stage.work("identity", founder) as session:
            await change_tenant(session, founder, command, now)
    for service in _HEARS_OF_TENANTS:
        await stage.heard(service, founder.tenant_id, named, f"the co-organisers of {founder.tenant}")


async def _appoint(  # noqa: PLR0913, PLR0917 (who, where, when)
    stage: Stage,
    founding: Founding,
    founder: Principal,
    organisations: dict[str, UUID],
    persona: Persona,
    now: datetime,
) -> Member:
    command = InviteRepresentative(
        email=persona.email,
        name=founding.marked(persona.name),
        organisation_id=organisations[persona.organisation] if persona.organisation else None,
        role=persona.role,
        language=persona.language,
    )
    async with stage.work("identity", founder) as session:
        membership_id = await appoint(session, founder, command, now)
        account_id = await session.scalar(select(Membership.account_id).filter_by(id=membership_id))
    principal = Principal(
        tenant_id=founder.tenant_id,
        tenant=founder.tenant,
        role=persona.role,
        organisation_id=command.organisation_id,
        account_id=account_id,
    )
    return Member(persona, membership_id, principal)


class MadeClient(Struct, frozen=True):
    """A client with its secret, which follows from the deployment's key: it need not be kept to be told again."""

    sample: ClientSample
    client_id: UUID
    client_secret: str


async def make_clients(stage: Stage, cast: Cast, samples: Samples, now: datetime) -> list[MadeClient]:
    """Make the API clients that are missing; return all of them, in their order."""
    made = []
    async with stage.work("identity", cast.founder) as session:
        rows = await session.execute(select(Client.name, Client.id))
        known = dict(rows.all())
        for sample in samples.clients:
            organisation_id = cast.organisations[sample.organisation]
            secret = _secret(stage.settings, cast, organisation_id)
            client_id = known.get(sample.name)
            if client_id is None:
                command = CreateClient(
                    name=sample.name,
                    organisation_id=organisation_id,
                    role="co_organiser" if sample.organisation in cast.co_organising else "representative",
                    scopes=list(sample.scopes),
                )
                client_id = (await create_client(session, cast.founder, command, now, secret=secret)).client_id
            made.append(MadeClient(sample, client_id, secret))
    return made


def _secret(settings: Settings, cast: Cast, organisation_id: UUID) -> str:
    return lasting_secret(settings.key, "client", cast.tenant_id, organisation_id)
