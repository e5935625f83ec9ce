"""What the demonstration tells whoever tries it: `demo.json`, the addresses, the links and the keys of its samples."""

from pathlib import Path

import msgspec
from msgspec import Struct

from infra.demo.cast import Cast
from infra.demo.founding import MadeClient
from infra.demo.stage import Stage
from libs.config import Settings
from services.identity.links.commands import open_persona


class PersonaLine(Struct, frozen=True):
    name: str
    role: str
    organisation: str | None
    tenant: str
    sign_in_url: str


class ClientLine(Struct, frozen=True):
    client_id: str
    client_secret: str
    scopes: tuple[str, ...]
    tenant: str
    organisation: str


class Manifest(Struct, frozen=True):
    base_url: str
    database_url: str
    tenants: list[str]
    personas: list[PersonaLine]
    clients: list[ClientLine]


def begin_manifest(settings: Settings) -> Manifest:
    """Return a manifest without a day yet; its database address is that of a role that reads everything."""
    return Manifest(settings.base_url, settings.address("inspector", driver="postgresql"), [], [], [])


async def add_day(manifest: Manifest, stage: Stage, cast: Cast, clients: list[MadeClient]) -> None:
    """Add a day's personas, each with a link that stays good over restarts, and its clients in their order."""
    manifest.tenants.append(cast.slug)
    async with stage.work("identity", cast.founder) as session:
        for member in cast.members:
            persona = member.persona
            address = await open_persona(session, cast.founder, member.membership_id, persona.language, stage.settings)
            manifest.personas.append(PersonaLine(persona.name, persona.role, persona.organisation, cast.slug, address))
    manifest.clients.extend(
        ClientLine(
            str(client.client_id),
            client.client_secret,
            client.sample.scopes,
            cast.slug,
            client.sample.organisation,
        )
        for client in clients
    )


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Write it whole or not at all, for its owner's eyes alone: it holds secrets, if only those of samples."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = folder / "demo.json.new"
    new.touch(mode=0o600)
    new.write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
    new.replace(folder / "demo.json")
