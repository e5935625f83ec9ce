"""Each event, as it was agreed: one golden file per event and version.

python -m tests.contracts.golden     writes the files of new events and new fields; it changes nothing else
"""

import pytest

from libs.contracts.subscribers import EVENTS
from tests.contracts.golden import GOLDEN, agreed, broken_promises, is_recorded

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_an_event_keeps_what_was_agreed(name: str) -> None:
    broken = broken_promises(name)
    assert not broken, (
        f"{name}: {'; '.join(broken)}. Services that run an older version would misread it, and what lies in outboxes "
        "could not be read. Add a field with a default instead; where that cannot be, give the event a new "
        "schema_version, keep reading the old one, and run `python -m tests.contracts.golden`."
    )


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_every_field_of_an_event_is_in_its_golden_file(name: str) -> None:
    assert is_recorded(name), (
        f"{name} has fields, all with a default, that its golden file does not hold yet: "
        "run `python -m tests.contracts.golden` and commit what it writes."
    )


def test_no_golden_file_is_of_an_event_that_is_gone() -> None:
    assert {path.name.rsplit(".", 2)[0] for path in GOLDEN.glob("*.json")} == set(EVENTS)


def test_a_field_that_is_changed_removed_or_demanded_breaks_the_promise() -> None:
    before = agreed("editions.panel-changed")
    fields = dict(before["fields"])
    for now in (
        {**fields, "slug": {"type": "integer", "required": True}},
        {name: kind for name, kind in fields.items() if name != "slug"},
        {**fields, "colour": {"type": "string", "required": True}},
    ):
        assert broken_promises("editions.panel-changed", {**before, "fields": now})
    with_default = {**fields, "colour": {"type": "string", "default": "", "required": False}}
    assert not broken_promises("editions.panel-changed", {**before, "fields": with_default})
