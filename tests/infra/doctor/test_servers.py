"""What the doctor finds on servers, each thing really broken, and nothing else with it."""

import json
import os
from datetime import timedelta, timezone

import pytest
from uuid_utils.compat import uuid7

from infra.doctor.commands import report
from infra.supervising.folder import free_port
from libs.db.migrating import newest
from services.identity.tokens.signing import new_key, seal_key
from tests.infra.doctor.practice import Practice
from tests.libs.outgoing.servers import self_signed
from tests.production.servers import need


def test_a_platform_that_is_well_is_called_so(practice: Practice) -> None:
    assert practice.says() == []
    said: list[str] = []
    assert report(iter(()), said.append)
    assert said == ["all is well"]


@pytest.mark.parametrize(
    ("variable", "value"), [("MOUSSEM_KEY", "short"), ("MOUSSEM_SMTP_URL", "mail.example"), ("MOUSSEM_PROXIES", "near")]
)
def test_a_wrong_setting_is_named(practice: Practice, variable: str, value: str) -> None:
    practice.environ[variable] = value
    [said] = practice.says()
    assert said.startswith(f"{variable} must ")
    assert said.endswith(f"Correct {variable} in the environment of every process.")


def test_a_database_that_does_not_answer(practice: Practice) -> None:
    practice.environ["MOUSSEM_DATABASE_URL"] = f"postgresql://127.0.0.1:{free_port()}/moussem"
    said = practice.says()
    assert "The database does not let us in: " in said[0]
    assert "Connection refused" in said[0]
    assert "Start PostgreSQL" in said[0]


def test_a_database_that_there_is_not(practice: Practice) -> None:
    practice.environ["MOUSSEM_DATABASE_URL"] = practice.environ["MOUSSEM_DATABASE_URL"].replace(
        practice.database, "nowhere"
    )
    assert 'database "nowhere" does not exist' in practice.says()[0]


def test_a_server_that_is_too_old(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.doctor.database._OLDEST", 990_000)
    [said] = practice.says()
    assert said.startswith("PostgreSQL is of version 1")


def test_a_server_whose_connections_are_used_up(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.doctor.database._NEARLY_ALL", 0)
    [said] = practice.says()
    assert "connections of PostgreSQL are in use." in said


def test_a_role_that_there_is_not(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.doctor.database.ROLES", {"newcomer": "LOGIN"})
    assert practice.says() == [
        "The role newcomer is missing. → Make it, as a superuser, with `python -m infra.database`."
    ]


def test_a_role_that_sees_too_much(practice: Practice) -> None:
    practice.execute("ALTER ROLE portal_relay BYPASSRLS")
    try:
        [said] = practice.says()
    finally:
        practice.execute("ALTER ROLE portal_relay NOBYPASSRLS")
    assert said.startswith("The role portal_relay may see every tenant's rows")


def test_a_role_that_may_not_connect(practice: Practice) -> None:
    practice.execute("ALTER ROLE outreach NOLOGIN")
    try:
        [said] = practice.says()
    finally:
        practice.execute("ALTER ROLE outreach LOGIN")
    assert said.startswith("The role outreach cannot connect: ")
    assert "not permitted to log in" in said


@pytest.mark.parametrize("broken", ["NO FORCE ROW LEVEL SECURITY", "DISABLE ROW LEVEL SECURITY"])
def test_a_table_that_does_not_keep_tenants_apart(practice: Practice, broken: str) -> None:
    practice.execute(f"ALTER TABLE editions.panel {broken}")
    [said] = practice.says()
    assert said.startswith("The table editions.panel does not keep tenants apart")


def test_tables_that_are_behind(practice: Practice) -> None:
    practice.execute("UPDATE identity.alembic_version SET version_num = '0001'")
    [said] = practice.says()
    assert said == (
        f"The tables of identity are of revision 0001, and this code needs {newest('identity')}. → "
        "Run `./moussem migrate`, or start the platform: it does the same."
    )


def test_tables_that_are_ahead(practice: Practice) -> None:
    practice.execute("UPDATE identity.alembic_version SET version_num = '9999'")
    [said] = practice.says()
    assert said.startswith("The tables of identity are of revision 9999, which this code does not know")


def test_a_service_without_tables(practice: Practice) -> None:
    practice.execute("DROP SCHEMA scheduling CASCADE")
    assert "The service scheduling has no tables yet. → Run `./moussem migrate`." in practice.says()


def test_clocks_that_differ(practice: Practice) -> None:
    practice.ahead = timedelta(hours=1)
    [said] = practice.says()
    assert said.startswith("The clocks of this machine and of the database differ by 3600 seconds.")


def test_another_key_than_the_databases(practice: Practice) -> None:
    key = new_key()
    practice.execute(
        "INSERT INTO identity.signing_key (id, state, since, public, sealed) VALUES (%s, 'current', now(), '{}', %s)",
        key.kid,
        seal_key(b"o" * 32, key),
    )
    [said] = practice.says()
    assert said.startswith("The key is not the one that this database was made with")


def test_a_worker_that_is_away(practice: Practice) -> None:
    practice.execute("UPDATE portal.worker SET seen_at = now() - interval '1 minute'")
    [said] = practice.says()
    assert said.startswith("No worker of portal lives: it was last heard of 6")


def test_a_worker_that_never_was(practice: Practice) -> None:
    practice.execute("DELETE FROM portal.worker")
    assert practice.says()[0].startswith("No worker of portal lives: it was last heard of never")


def test_facts_that_are_not_sent(practice: Practice) -> None:
    practice.execute(
        "INSERT INTO editions.outbox (tenant_id, id, type, aggregate_id, version, body, actor, correlation_id,"
        " occurred_at, announced) VALUES (%s, %s, 'x', %s, 1, '{}', 'x', 'x', now() - interval '1 hour', false)",
        *(uuid7(), uuid7(), uuid7()),
    )
    [said] = practice.says()
    assert said.startswith("1 facts of editions wait to be sent, the oldest for 36")


def test_facts_that_are_parked(practice: Practice) -> None:
    practice.execute(
        "INSERT INTO portal.parked (tenant_id, id, type, envelope, reason) VALUES (%s, %s, 'x', '{}', 'x')",
        *(uuid7(), uuid7()),
    )
    [said] = practice.says()
    assert said.startswith("1 facts could not be taken in by portal and are parked.")


def test_messages_that_nobody_could_read(practice: Practice) -> None:
    practice.execute(
        "INSERT INTO broker.queue (message_id, queue_name, state, message) VALUES (%s, 'portal', 'rejected', '{}')",
        uuid7(),
    )
    [said] = practice.says()
    assert said.startswith("1 messages for portal lie with the broker's dead letters")


def test_a_broker_that_does_not_answer(practice: Practice) -> None:
    practice.environ["MOUSSEM_BROKER_URL"] = f"amqp://guest:guest@127.0.0.1:{(port := free_port())}/"
    [said] = practice.says()
    assert said.startswith(f"The broker at 127.0.0.1:{port} cannot be used: ")
    assert "every fact is kept in its outbox" in said


def test_a_broker_that_does_not_know_us(practice: Practice) -> None:
    need("RabbitMQ")
    practice.environ["MOUSSEM_BROKER_URL"] = "amqp://guest:wrong@127.0.0.1:5672/"
    [said] = practice.says()
    assert said.endswith("Correct name and password in MOUSSEM_BROKER_URL.")


def test_a_broker_without_our_virtual_host(practice: Practice) -> None:
    need("RabbitMQ")
    practice.environ["MOUSSEM_BROKER_URL"] = "amqp://guest:guest@127.0.0.1:5672/not-there"
    [said] = practice.says()
    assert "Make its virtual host: rabbitmqctl add_vhost not-there" in said


def test_a_mail_server_that_does_not_answer(practice: Practice) -> None:
    practice.environ["MOUSSEM_SMTP_URL"] = f"smtp://127.0.0.1:{(port := free_port())}"
    [said] = practice.says()
    assert said.startswith(f"The mail server at 127.0.0.1:{port} does not answer: ")


def test_a_front_door_that_does_not_open(practice: Practice) -> None:
    practice.environ["MOUSSEM_BASE_URL"] = f"http://127.0.0.1:{free_port()}"
    [said] = practice.says()
    assert said.startswith(f"Nothing answers at {practice.environ['MOUSSEM_BASE_URL']}/healthz.")


def test_a_folder_that_others_may_look_into(practice: Practice) -> None:
    practice.data.chmod(0o755)
    [said] = practice.says()
    assert said == (
        f"Others on this machine may look into {practice.data}, where the key lies. → Run chmod 700 {practice.data}."
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_somebody_else(practice: Practice) -> None:
    os.chown(practice.data, 65534, 65534)
    [said] = practice.says()
    assert said.startswith(f"The data folder {practice.data} belongs to another user (number 65534).")


def test_programs_that_production_lacks(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    (practice.data / "settings.json").write_text('{"MOUSSEM_DEMO": "0"}')
    (practice.data / "secrets").mkdir()
    (practice.data / "secrets" / "key").write_text("as set")
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    said = practice.says()
    assert said[:2] == [
        "nginx is missing. → Install it (on Debian: apt-get install nginx-light).",
        "PgBouncer is missing. → Install it (on Debian: apt-get install pgbouncer).",
    ]


def test_zone_data_that_are_too_old(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("libs.zones.local", lambda wall, _: wall.replace(tzinfo=timezone(timedelta(hours=1))))
    [said] = practice.says()
    assert said.startswith("The tzdata ")
    assert "too old for Morocco's clock" in said


def test_a_certificate_that_is_soon_no_longer_good(practice: Practice) -> None:
    pem = str(self_signed(practice.data, "day.example"))
    settings = {"MOUSSEM_DEMO": "0", "MOUSSEM_TLS_CERTIFICATE": pem, "MOUSSEM_TLS_KEY": pem}
    (practice.data / "settings.json").write_text(json.dumps(settings))
    practice.environ |= {**settings, "MOUSSEM_BASE_URL": "https://day.example"}
    [said] = [each for each in practice.says() if "certificate" in each]
    assert said.startswith(f"The certificate in {pem} expires in 7 days.")
