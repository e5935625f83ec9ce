"""PostgreSQL: whether it answers, is new enough, knows our roles, keeps tenants apart, and has this code's tables."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, LiteralString

import psycopg

from infra.doctor.findings import Finding, Patient, reason
from infra.roles import ROLES
from libs.config import SERVICES
from libs.db.migrating import knows, newest
from libs.sealing import SealBroken
from services.identity.tokens.signing import unseal_key

_OLDEST = 150_000  # PostgreSQL 15
_SKEW = timedelta(seconds=2)
_NEARLY_ALL = 0.9
_ROLES: LiteralString = "SELECT rolname, rolcanlogin, rolsuper, rolbypassrls FROM pg_roles"
_UNGUARDED: LiteralString = """
    SELECT c.relname AS name FROM pg_class c
    WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r' AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
        AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id')
    ORDER BY 1
"""
_CONNECTIONS: LiteralString = """
    SELECT count(*) AS used, current_setting('max_connections')::int AS most FROM pg_stat_activity
    WHERE backend_type = 'client backend'
"""


def examine_database(patient: Patient) -> Iterator[Finding]:
    """Look at each service's database as that service; what cannot be reached is not looked at further."""
    try:
        with patient.connected(SERVICES[0]) as connection:
            yield from _server(connection, patient)
    except psycopg.OperationalError as error:
        yield _unreachable(patient, error)
        return
    for service in SERVICES:
        for role in (service, f"{service}_relay"):
            try:
                with patient.connected(role) as connection:
                    if role == service:
                        yield from _schema(connection, service)
            except psycopg.OperationalError as error:
                yield Finding(
                    f"The role {role} cannot connect: {reason(error)}.",
                    "Let `./moussem up` or `python -m infra.database` make roles and passwords anew.",
                )
    yield from _signing_keys(patient)


def _unreachable(patient: Patient, error: psycopg.OperationalError) -> Finding:
    said = reason(error)
    if "password authentication" in said or "no password supplied" in said:
        remedy = "Compare MOUSSEM_DATABASE_PASSWORD (or its _FILE) with the role's; `python -m infra.database` sets it."
    elif "does not exist" in said:
        remedy = "Name an existing one in MOUSSEM_DATABASE_URL, or make roles and database: `python -m infra.database`."
    else:
        remedy = (
            "Start PostgreSQL, or correct MOUSSEM_DIRECT_DATABASE_URL (MOUSSEM_DATABASE_URL where that is not set)."
        )
        if not patient.lives:
            remedy = "Look into postgresql.log in the data folder."
    return Finding(f"The database does not let us in: {said}.", remedy)


def _server(connection: "psycopg.Connection[dict[str, Any]]", patient: Patient) -> Iterator[Finding]:
    if connection.info.server_version < _OLDEST:
        yield Finding(
            f"PostgreSQL is of version {connection.info.server_version // 10_000}, and 15 is the oldest that will do.",
            "Bring the platform to a newer server by backup and restore.",
        )
    before = patient.clock()
    answered = connection.execute("SELECT clock_timestamp() AS now").fetchone()
    skew = max(before - answered["now"], answered["now"] - patient.clock()) if answered else timedelta(0)
    if skew > _SKEW:
        yield Finding(
            f"The clocks of this machine and of the database differ by {skew.total_seconds():.0f} seconds.",
            "Let both follow the same time servers (on Debian: apt-get install chrony).",
        )
    found = {row["rolname"]: row for row in connection.execute(_ROLES)}
    for role in ROLES:
        if role not in found:
            yield Finding(f"The role {role} is missing.", "Make it, as a superuser, with `python -m infra.database`.")
        elif found[role]["rolsuper"] or (found[role]["rolbypassrls"] and role != "inspector"):
            yield Finding(
                f"The role {role} may see every tenant's rows: it is a superuser or has BYPASSRLS.",
                f"Run ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS, and look who changed it.",
            )
    connections = connection.execute(_CONNECTIONS).fetchone()
    if connections and connections["used"] > _NEARLY_ALL * connections["most"]:
        yield Finding(
            f"{connections['used']} of the {connections['most']} connections of PostgreSQL are in use.",
            "Raise its max_connections, or lower MOUSSEM_POOL_SIZE or the number of processes.",
        )


def _schema(connection: "psycopg.Connection[dict[str, Any]]", service: str) -> Iterator[Finding]:
    try:
        row = connection.execute("SELECT max(version_num) AS revision FROM alembic_version").fetchone()
    except psycopg.errors.UndefinedTable:
        yield Finding(f"The service {service} has no tables yet.", "Run `./moussem migrate`.")
        return
    revision = str(row["revision"]) if row else ""
    if revision != newest(service) and knows(service, revision):
        yield Finding(
            f"The tables of {service} are of revision {revision}, and this code needs {newest(service)}.",
            "Run `./moussem migrate`, or start the platform: it does the same.",
        )
    elif not knows(service, revision):
        yield Finding(
            f"The tables of {service} are of revision {revision}, which this code does not know: it is older.",
            "Start the newer code that made them; it is in order only while processes are being replaced.",
        )
    for table in connection.execute(_UNGUARDED, (service,)):
        yield Finding(
            f"The table {service}.{table['name']} does not keep tenants apart: row-level security is not forced.",
            f"Run, as migrator, ALTER TABLE {service}.{table['name']} ENABLE ROW LEVEL SECURITY, "
            "FORCE ROW LEVEL SECURITY, and look who changed it.",
        )


def _signing_keys(patient: Patient) -> Iterator[Finding]:
    try:
        with patient.connected("identity") as connection:
            rows = connection.execute("SELECT sealed FROM signing_key").fetchall()
    except psycopg.Error:
        return  # it was found above that there is no such table, or no way in
    try:
        for row in rows:
            unseal_key(patient.settings.key, row["sealed"])
    except SealBroken:
        yield Finding(
            "The key is not the one that this database was made with: nobody can be signed in.",
            "Set MOUSSEM_KEY (or its file) to the former one; it lies with each backup.",
        )
