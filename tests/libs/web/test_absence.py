"""While the database is away each request is told so at once, and works again by itself when it is back."""

import base64
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import psycopg
import pytest

from infra.embedded.postgresql import Cluster, prepare, running
from infra.roles import make_database
from libs.config import KEY_BYTES, Settings, read_settings
from libs.db.migrating import migrate
from libs.db.tenancy import connect
from libs.resources import Application, Resources
from libs.web.peers import PeerAway, Peers
from services.editions.app import create
from services.identity.app import create as create_identity
from tests.days import Day
from tests.issuing import ISSUER, Issuer


def settings_on(cluster: Cluster) -> Settings:
    key = base64.b64encode(b"k" * KEY_BYTES).decode()
    return read_settings({"MOUSSEM_DATABASE_URL": cluster.address, "MOUSSEM_KEY": key})


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """Return a PostgreSQL of our own, migrated, that does not run."""
    cluster = prepare(tmp_path_factory.mktemp("postgresql"))
    with running(cluster):
        make_database(cluster.superuser_address)
        migrate(settings_on(cluster), "editions", "identity")
    return cluster


@pytest.fixture
def editions(cluster: Cluster, issuer: Issuer) -> Application:
    return create(Resources(settings_on(cluster), Peers(ISSUER), issuer.verifier()))


@pytest.fixture
async def client(editions: Any) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(editions, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=ISSUER) as client:
        yield client
    await close(editions)


async def close(app: Any) -> None:
    """Close what an application that was never served has opened."""
    for hook in app.on_shutdown:
        await hook(app)


async def test_a_request_meanwhile_is_told_to_come_again(
    cluster: Cluster, client: httpx2.AsyncClient, issuer: Issuer, caplog: pytest.LogCaptureFixture
) -> None:
    day = Day()
    headers = {"authorization": f"Bearer {issuer.token(day.of_ministry)}", "accept-language": "fr"}
    address = f"/api/v1/{day.slug}/editions"
    with running(cluster):
        engine, sessions = connect(settings_on(cluster), "editions")
        await day.make_known(sessions)
        await engine.dispose()
        assert (await client.get(address, headers=headers)).status_code == 200

    for _ in range(3):
        away = await client.get(address, headers=headers)
        assert (away.status_code, away.headers["retry-after"]) == (503, "5")
        assert away.headers["content-type"] == "application/problem+json"
        assert away.json()["type"] == "/problems/database-away"
        assert away.json()["detail"] == "La base de données est injoignable pour l’instant."

    with running(cluster):
        assert (await client.get(address, headers=headers)).status_code == 200
    said = [str(record.msg) for record in caplog.records if "the database" in str(record.msg)]
    assert len(said) == 2, "that it is away, once, and that it is back"
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize("change", ["NOLOGIN", "CONNECTION LIMIT 0"])
async def test_a_role_that_may_not_connect_is_no_fault_of_the_request(
    cluster: Cluster, client: httpx2.AsyncClient, issuer: Issuer, change: str
) -> None:
    headers = {"authorization": f"Bearer {issuer.token(Day().of_ministry)}"}
    with running(cluster), psycopg.connect(cluster.superuser_address, autocommit=True) as superuser:
        superuser.execute(f"ALTER ROLE editions {change}")
        try:
            answer = await client.get("/api/v1/x/editions", headers=headers)
            assert answer.status_code == 404, "another tenant's token says no more"
            answer = await client.get("/api/v1/x/editions")
            assert (answer.status_code, answer.json()["type"]) == (503, "/problems/database-away")
        finally:
            superuser.execute("ALTER ROLE editions LOGIN CONNECTION LIMIT -1")


async def test_a_token_that_cannot_be_checked_now_is_not_refused(cluster: Cluster, issuer: Issuer) -> None:
    """A client that was told 401 would throw its token away; the next request asks the issuer again."""
    peers = Peers(ISSUER)
    identity: Any = create_identity(Resources(settings_on(cluster), peers, issuer.verifier()))
    peers.mount(identity)
    with pytest.raises(PeerAway):
        await peers.keys()
    with running(cluster):
        assert (await peers.keys())["keys"]
    await peers.close()
    await close(identity)
