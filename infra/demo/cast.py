"""Who acts in a day of the demonstration."""

from uuid import UUID

from msgspec import Struct, structs

from infra.demo.journey import Persona
from libs.identity import Principal


class Member(Struct, frozen=True):
    """A persona with its mandate."""

    persona: Persona
    membership_id: UUID
    principal: Principal


class Cast(Struct, frozen=True):
    """A day's tenant, its organisations by their short names, and the personas in it."""

    tenant_id: UUID
    slug: str
    timezone: str
    language: str  # the day's first
    organisations: dict[str, UUID]
    co_organising: tuple[str, ...]  # organisations, in the order of protocol
    members: tuple[Member, ...]

    @property
    def founder(self) -> Principal:
        return Principal(tenant_id=self.tenant_id, tenant=self.slug, role="administrator")

    @property
    def co_organisers(self) -> tuple[Principal, ...]:
        """One signatory of each co-organiser, in the order of protocol."""
        return tuple(self.acting("co_organiser", organisation) for organisation in self.co_organising)

    @property
    def programme_manager(self) -> Principal:
        """Who makes the programme: a programme manager, or else the first co-organiser."""
        found = (each.principal for each in self.members if each.persona.role == "programme_manager")
        return next(found, self.co_organisers[0])

    def acting(self, role: str, organisation: str) -> Principal:
        """Return the persona who holds that role there, or somebody of the organisation who has no link."""
        for member in self.members:
            if (member.persona.role, member.persona.organisation) == (role, organisation):
                return member.principal
        return structs.replace(self.founder, role=role, organisation_id=self.organisations[organisation])
