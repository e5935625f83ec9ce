"""The demonstration's files, read into structs. What is wrong in one is said with its file and its place."""

from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from infra.demo.facts import DayFacts, EarlierEdition, Facts, OrganisationFacts
from infra.demo.journey import Samples

DATA = Path(__file__).parent / "data"

T = TypeVar("T")


class DataWrong(Exception):
    """A file of the demonstration does not hold what it must."""


class InventedDay(Samples, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A day that does not exist, whole in one file."""

    tenant: DayFacts
    organisations: tuple[OrganisationFacts, ...]
    earlier: EarlierEdition


class Demonstration(Struct, frozen=True):
    """All that the loader needs."""

    facts: Facts
    samples: Samples
    invented: InventedDay


def read_demonstration(folder: Path = DATA) -> Demonstration:
    """Read and check the three files; raise `DataWrong`."""
    facts = _read(folder / "jni.yaml", Facts)
    samples = _read(folder / "samples.yaml", Samples)
    invented = _read(folder / "second_tenant.yaml", InventedDay)
    _check_names(folder / "samples.yaml", samples, facts.organisations)
    _check_names(folder / "second_tenant.yaml", invented, invented.organisations)
    return Demonstration(facts, samples, invented)


def _read(path: Path, kind: type[T]) -> T:
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError) as error:
        reason = f"{path.name}: {error}"
        raise DataWrong(reason) from None


def _check_names(path: Path, samples: Samples, organisations: tuple[OrganisationFacts, ...]) -> None:
    """Every organisation that is named must be one of the day's."""
    known = {organisation.id for organisation in organisations}
    named = {
        *(persona.organisation for persona in samples.personas if persona.organisation),
        *(client.organisation for client in samples.clients),
        *samples.journey.quotas,
        *(commitment.responsible for commitment in samples.journey.commitments),
    }
    if unknown := named - known:
        reason = f"{path.name}: these organisations are not in the list: {sorted(unknown)}"
        raise DataWrong(reason)
