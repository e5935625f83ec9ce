"""Alembic's entry: one service, over the connection that `libs.db.migrating` opened."""

from alembic import context

config = context.config
context.configure(
    connection=config.attributes["connection"],
    version_table_schema=config.attributes["service"],
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
