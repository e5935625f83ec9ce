"""Rules that no off-the-shelf linter knows."""

import ast
from pathlib import Path

import pytest

from libs.config import SERVICES

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[1]
MODULES = sorted(path for top in ("libs", "services") for path in (ROOT / top).rglob("*.py"))
EDGES = {"web", "messaging", "published"}  # folders whose business is the edge: where requests and messages come in
UNIT_OF_WORK = ROOT / "libs" / "db" / "tenancy.py"  # what the edges begin and end their transactions with
IMPURE = {"litestar", "sqlalchemy", "asyncpg", "psycopg", "dramatiq", "httpx2"}
FEATURE_FILES = {"api", "pages", "subscribers", "commands", "queries", "models", "__init__"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_keeps_the_house_rules(path: Path) -> None:
    nodes = ast.walk(ast.parse(path.read_text()))
    calls = [node.func for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    called = {ast.unparse(call) for call in calls}

    if path.parent.name not in EDGES and path != UNIT_OF_WORK:
        assert not {call.attr for call in calls} & {"commit", "rollback"}, "the transaction belongs to the edge"
        assert not called & {"datetime.now", "date.today", "time.time"}, "the clock is an argument"
    assert path.stem not in {"utils", "helpers", "common", "manager", "misc", "base"}, "the name says nothing"


def _is_rule(path: Path) -> bool:
    """Whether the module is a rule of a feature: its domain, or a rule with a subject of its own beside it."""
    return path.parts[-4:-3] == ("services",) and path.stem not in FEATURE_FILES and path.parent.name != "migrations"


@pytest.mark.parametrize(
    "path", [path for path in MODULES if _is_rule(path)], ids=lambda path: str(path.relative_to(ROOT))
)
def test_rules_are_pure(path: Path) -> None:
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else alias.name or "").split(".")[0]  # type: ignore[union-attr]
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert not imported & IMPURE


@pytest.mark.parametrize("service", SERVICES)
def test_migrations_follow_one_another_in_one_line(service: str) -> None:
    """Two that were written at the same time have the same number, or the same one before them."""
    files = sorted((ROOT / "services" / service / "migrations").glob("*.py"))
    lines = [_assigned(path) for path in files]
    numbers = [f"{number:04}" for number in range(1, len(files) + 1)]
    assert [path.name[:4] for path in files] == numbers
    assert [line["revision"] for line in lines] == numbers
    assert [line["down_revision"] for line in lines] == [None, *numbers[:-1]]


def _assigned(path: Path) -> dict[str, object]:
    """Return the constants that a module is given by name."""
    return {
        target.id: node.value.value
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
