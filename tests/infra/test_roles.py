import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from infra.roles import make_database
from libs.config import SERVICES, as_role


def as_(postgres: str, role: str) -> psycopg.Connection:
    return psycopg.connect(as_role(postgres, role), autocommit=True)


def test_migrator_owns_the_database_and_the_inspector_reads_what_it_makes_later(postgres: str) -> None:
    with as_(postgres, "migrator") as migrator, as_(postgres, "inspector") as inspector:
        migrator.execute("CREATE SCHEMA kept CREATE TABLE rows (number integer DEFAULT 7)")
        migrator.execute("INSERT INTO kept.rows DEFAULT VALUES")
        migrator.execute("ALTER TABLE kept.rows ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")

        assert inspector.execute("SELECT number FROM kept.rows").fetchall() == [(7,)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            inspector.execute("DELETE FROM kept.rows")


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_and_its_relay_are_bound_by_policies_and_own_nothing(postgres: str, service: str) -> None:
    for role in (service, f"{service}_relay"):
        with as_(postgres, role) as connection:
            assert connection.execute(
                "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
            ).fetchone() == (False, False, False, False)
            for place in ("public", "broker"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(SQL("CREATE TABLE {}.mine ()").format(Identifier(place)))
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("CREATE SCHEMA mine")


def test_the_broker_owns_its_queue_and_makes_no_other_schema(postgres: str) -> None:
    with as_(postgres, "broker") as broker:
        owner = "SELECT tableowner FROM pg_tables WHERE (schemaname, tablename) = ('broker', 'queue')"
        assert broker.execute(owner).fetchone() == ("broker",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            broker.execute("CREATE SCHEMA mine")


def test_making_the_database_again_changes_nothing(superuser: str, postgres: str) -> None:
    roles = "SELECT rolname, rolsuper, rolbypassrls, rolcanlogin FROM pg_roles ORDER BY 1"
    with as_(postgres, "inspector") as inspector:
        before = inspector.execute(roles).fetchall()
        make_database(superuser, inspector.info.dbname)
        assert inspector.execute(roles).fetchall() == before
