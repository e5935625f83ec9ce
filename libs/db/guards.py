"""What a migration does to each table that it makes: the tenant's forced policy, and the least rights that suffice."""

from typing import Literal

from sqlalchemy import Connection, text

Rights = Literal["change", "append", "read"]

_GRANTS: dict[Rights, str] = {
    "change": "SELECT, INSERT, UPDATE, DELETE",
    "append": "SELECT, INSERT",
    "read": "SELECT",
}
TENANT = "tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::uuid)"


def guard(connection: Connection, service: str, table: str, *, rights: Rights = "change") -> None:
    """Show and open to the service's role the current tenant's rows only; the owner is bound too."""
    close(connection, service, table, rights=rights)
    connection.execute(text(f"CREATE POLICY tenant ON {service}.{table} USING ({TENANT}) WITH CHECK ({TENANT})"))


def close(connection: Connection, service: str, table: str, *, rights: Rights) -> None:
    """Show no row of a table without tenants, to the owner neither, until a policy opens some."""
    connection.execute(text(f"ALTER TABLE {service}.{table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"))
    connection.execute(text(f"GRANT {_GRANTS[rights]} ON {service}.{table} TO {service}"))


def open_to_relay(connection: Connection, service: str, table: str, grants: str = "SELECT, UPDATE, DELETE") -> None:
    """Let the relay's role, and no other, see a table's rows of all tenants."""
    role = f"{service}_relay"
    connection.execute(text(f"CREATE POLICY relay ON {service}.{table} TO {role} USING (true) WITH CHECK (true)"))
    connection.execute(text(f"GRANT {grants} ON {service}.{table} TO {role}"))


def open_by_key(connection: Connection, service: str, table: str, column: str, setting: str) -> None:
    """Let the service read the rows whose `column` is the value of `setting`, before a tenant is known."""
    connection.execute(
        text(f"CREATE POLICY by_{column} ON {service}.{table} FOR SELECT TO {service} USING ({_key(column, setting)})")
    )


def open_to_new_key(connection: Connection, service: str, table: str, column: str, setting: str) -> None:
    """Let the service add the row whose `column` is the value of `setting`, and no other."""
    connection.execute(
        text(
            f"CREATE POLICY new_{column} ON {service}.{table} FOR INSERT TO {service} "
            f"WITH CHECK ({_key(column, setting)})"
        )
    )


def _key(column: str, setting: str) -> str:
    return f"{column}::text = (SELECT nullif(current_setting('{setting}', true), ''))"
