"""The whole platform as `make demo` starts it, with the demonstration's data, once in the run."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from tests.infra.instance import Instance

GIVEN = "MOUSSEM_TEST_DEMONSTRATION"  # the data folder of a demonstration that runs already, to test on that one

READY = "Ctrl-C stops everything"


class Persona(Struct, frozen=True):
    name: str
    role: str
    organisation: str | None
    tenant: str
    sign_in_url: str

    def sign_in_in(self, base_url: str, language: str) -> str:
        """Return the address of the persona's link on a page in `language`."""
        path = self.sign_in_url.removeprefix(base_url)
        return f"{base_url}/{language}/{path.split('/', 2)[2]}"


class Demonstration(Struct, frozen=True):
    """What `demo.json` tells of a demonstration that runs."""

    base_url: str
    told: dict[str, Any]

    def persona(self, role: str, organisation: str | None = None, tenant: str = "jni") -> Persona:
        """Return who plays a role in a day, for an organisation."""
        asked = (role, organisation, tenant)
        personas = (Persona(**each) for each in self.told["personas"])
        return next(each for each in personas if (each.role, each.organisation, each.tenant) == asked)

    def client(self, organisation: str, tenant: str = "jni") -> dict[str, Any]:
        """Return an API client with its secret."""
        asked = (organisation, tenant)
        found: dict[str, Any] = next(
            each for each in self.told["clients"] if (each["organisation"], each["tenant"]) == asked
        )
        return found


def told_in(data: Path) -> Demonstration:
    told = json.loads((data / "demo.json").read_text())
    return Demonstration(told["base_url"], told)


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """Start the demonstration, or take the one that was given."""
    if given := os.environ.get(GIVEN):
        yield told_in(Path(given))
        return
    data = tmp_path_factory.mktemp("demonstration")
    with Instance(data, ()) as instance:
        instance.says(READY)
        yield told_in(data)
