"""What comes in can be read: msgspec looks at an annotation only when the first request comes."""

import importlib
from pathlib import Path

import msgspec
import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[1]
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for top in ("libs", "services")
    for path in sorted((ROOT / top).rglob("*.py"))
    if "migrations" not in path.parts and "alembic" not in path.parts and path.name != "__main__.py"
]


@pytest.mark.parametrize("name", MODULES)
def test_every_struct_of_the_module_can_be_decoded(name: str) -> None:
    module = importlib.import_module(name)
    for each in vars(module).values():
        own = isinstance(each, type) and issubclass(each, msgspec.Struct) and each.__module__ == name
        if own and each.__struct_config__.forbid_unknown_fields:
            msgspec.json.Decoder(each)
