"""docs/operating.md tells every variable that there is, as the code reads it."""

import re

import pytest

from infra.settings_table import DOCUMENT, rows, with_table
from infra.supervising.child import ROOT
from libs.config import SERVICES

pytestmark = pytest.mark.unit

_VARIABLE = re.compile(r"\b(?:MOUSSEM|OTEL)_[A-Z]+(?:_[A-Z]+)*\b")


def test_the_table_is_the_one_that_the_settings_make() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert document == with_table(document), "run: python -m infra.settings_table"


def test_every_variable_of_the_code_is_in_it() -> None:
    sources = [
        path.read_text(encoding="utf-8") for top in ("libs", "infra", "services") for path in (ROOT / top).rglob("*.py")
    ]
    named = {name.removesuffix("_FILE") for source in sources for name in _VARIABLE.findall(source)}
    of_one = "|".join(service.upper() for service in SERVICES)
    named = {re.sub(f"_(?:{of_one})_", "_<SERVICE>_", name) for name in named}
    assert named <= {variable for variable, _, _ in rows()}


def test_no_variable_is_told_twice() -> None:
    told = [variable for variable, _, _ in rows()]
    assert len(told) == len(set(told))
