"""What the code believes of its tables is what the migrations made."""

import importlib
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, NullPool, create_engine, inspect

from libs.config import SERVICES, Settings
from libs.db.tables import Mounted

ROOT = Path(__file__).parents[1]
# what no code maps: only the database, the relay or Alembic knows it
UNMAPPED = {
    *("alembic_version", "worker", "outbox_waiting", "due_when", "outbox.pos", "outbox.sent_at"),
    "client.secret_hash",  # read by processes of older code while they are replaced
}


def models_of(service: str) -> MetaData:
    """Return the tables of a service and those that the libraries mount in its schema, with the schema's name."""
    for top in ("libs", f"services/{service}"):
        for path in (ROOT / top).rglob("models.py"):
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    metadata = MetaData(schema=service)
    base = importlib.import_module(f"services.{service}.db").Base
    for table in (*Mounted.metadata.sorted_tables, *base.metadata.sorted_tables):
        table.to_metadata(metadata, schema=service)
    return metadata


WITH_TABLES = [service for service in SERVICES if (ROOT / "services" / service / "db.py").exists()]


@pytest.mark.parametrize("service", WITH_TABLES)
def test_models_and_migrations_agree(settings: Settings, service: str) -> None:
    engine = create_engine(settings.address("migrator", driver="postgresql+psycopg"), poolclass=NullPool)
    with engine.connect() as connection:
        there = set(inspect(connection).get_table_names(schema=service))
        metadata = models_of(service)
        for table in list(metadata.tables.values()):
            if table.name in Mounted.metadata.tables and table.name not in there:
                metadata.remove(table)  # this service does not mount it

        def concerns(name: str | None, kind: str, parents: Any) -> bool:
            if kind == "schema":
                return name == service
            return name not in UNMAPPED and f"{parents.get('table_name')}.{name}" not in UNMAPPED

        options = {"include_schemas": True, "include_name": concerns}
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    assert differences == []
