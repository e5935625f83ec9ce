"""Golden files of the events: what each field is, as JSON Schema; written by `python -m tests.contracts.golden`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import structs

from libs.contracts.subscribers import EVENTS

GOLDEN = Path(__file__).parent / "golden"
Shape = dict[str, Any]


def shape(name: str) -> Shape:
    """Return what an event looks like in the present code."""
    event = EVENTS[name]
    (schema,), parts = msgspec.json.schema_components([event], ref_template="#/parts/{name}")
    fields = parts.pop(schema["$ref"].rpartition("/")[2])
    del fields["properties"]["type"]
    found = {
        "event": name,
        "schema_version": _version(name),
        "fields": _fields(fields),
        "parts": {part: _fields(of_part) for part, of_part in sorted(parts.items())},
    }
    as_written: Shape = json.loads(json.dumps(found))
    return as_written


def agreed(name: str) -> Shape:
    """Return what the golden file of the event's version holds."""
    path = _path(name)
    found: Shape = json.loads(path.read_text()) if path.exists() else {"fields": {}, "parts": {}}
    return found


def is_recorded(name: str) -> bool:
    return agreed(name) == shape(name)


def broken_promises(name: str, now: Shape | None = None) -> list[str]:
    """Return what of an agreed event has changed, in words: nothing, where fields were only added with a default."""
    before, now = agreed(name), now or shape(name)
    broken = _broken("", before["fields"], now["fields"])
    for part, fields in before["parts"].items():
        broken += _broken(f"{part}.", fields, now["parts"].get(part, {}))
    return broken


def _broken(prefix: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    removed = [f"{prefix}{field} was removed" for field in before.keys() - now.keys()]
    changed = [f"{prefix}{field} was changed" for field in before.keys() & now.keys() if before[field] != now[field]]
    demanded = [
        f"{prefix}{field} was added without a default"
        for field in (now.keys() - before.keys() if before else ())
        if now[field]["required"]
    ]
    return sorted(removed + changed + demanded)


def _fields(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an object by name, each with whether it must be there."""
    if "properties" not in schema:
        return {"": dict(schema)}
    demanded = schema.get("required", ())
    return {field: {**kind, "required": field in demanded} for field, kind in schema["properties"].items()}


def _version(name: str) -> int:
    default = next(field.default for field in structs.fields(EVENTS[name]) if field.name == "schema_version")
    assert isinstance(default, int)
    return default


def _path(name: str) -> Path:
    return GOLDEN / f"{name}.{_version(name)}.json"


def main() -> None:
    for name in EVENTS:
        broken = broken_promises(name)
        if broken:
            raise SystemExit(f"{name}: {'; '.join(broken)}. Give it a new schema_version.")
        _path(name).write_text(json.dumps(shape(name), indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    main()
