"""The database refuses what the code might forget."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import ProgrammingError

from libs.config import SERVICES
from libs.db.tenancy import Sessions, unit_of_work
from services.editions.commitments.models import Commitment
from services.editions.editions.models import Edition
from tests.days import Day
from tests.editions.conftest import day, held, sessions  # noqa: F401 (fixtures)

UNGUARDED = text("""
    SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'tenant_id'
    WHERE relkind IN ('r', 'p') AND relnamespace = CAST(:schema AS regnamespace)
    EXCEPT SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid AND polname = 'tenant'
    WHERE relrowsecurity AND relforcerowsecurity AND relnamespace = CAST(:schema AS regnamespace)
""")
NOT_TENANT_FIRST = text("""
    SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
    JOIN pg_attribute AS tenant ON tenant.attrelid = indrelid AND tenant.attname = 'tenant_id'
    WHERE relnamespace = CAST(:schema AS regnamespace) AND indkey[0] <> tenant.attnum
""")
OWNERS = text("""
    SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace = CAST(:schema AS regnamespace)
""")
CAN_TOO_MUCH = text("""
    SELECT rolname FROM pg_roles WHERE (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)
    AND (rolname = :service OR rolname = :service || '_relay')
""")
APPEND_ONLY = text("""
    SELECT table_name || ' ' || privilege_type FROM information_schema.role_table_grants
    WHERE table_schema = :schema AND grantee = :schema AND table_name IN ('journal', 'outbox', 'approval_decision')
    AND privilege_type NOT IN ('SELECT', 'INSERT')
""")
BY_ALL_TENANTS = {
    "outbox_waiting",  # the relay's own
    "due_when",  # likewise
    "tenant_slug_key",  # looked up before the tenant is known
    "client_by_id",
    "provider_by_id",
}


async def test_another_tenants_rows_are_neither_seen_nor_writable(
    sessions: Sessions,  # noqa: F811
    day: Day,  # noqa: F811
    held: Edition,  # noqa: F811
) -> None:
    assert held.tenant_id == day.id
    other = Day()
    async with unit_of_work(sessions, other.id) as session:
        assert (await session.scalars(select(Edition))).all() == []
        assert (await session.scalars(update(Edition).values(slug="x").returning(Edition.id))).all() == []
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with unit_of_work(sessions, other.id) as session:
            session.add(
                Commitment(tenant_id=day.id, edition_id=held.id, title={}, state="open", acquis=False, sample=False)
            )
    async with sessions() as session:  # no tenant, no rows
        assert (await session.scalars(select(Edition))).all() == []


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    ("rule", "allowed"),
    [
        (UNGUARDED, set()),
        (NOT_TENANT_FIRST, BY_ALL_TENANTS),
        (OWNERS, {"migrator"}),
        (CAN_TOO_MUCH, set()),
        (APPEND_ONLY, set()),
    ],
    ids=[
        "every tenant table forces the policy",
        "every index begins with the tenant",
        "the migrator owns all",
        "the service's roles are plain",
        "what is written for ever cannot be changed",
    ],
)
async def test_schema_keeps_the_rule(
    sessions_of: Callable[[str], Sessions], service: str, rule: object, allowed: set[str]
) -> None:
    async with sessions_of(service)() as session:
        found = await session.scalars(rule, {"schema": service, "service": service})  # type: ignore[call-overload]
        assert {name.rpartition(".")[2] for name in found.all()} <= allowed
