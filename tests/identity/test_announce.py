"""What identity owns can be told anew, to who lost it or is new."""

from libs.config import Settings
from libs.messaging.relay import relay_connection
from libs.messaging.replay import announce, known_tenants
from services.identity.clients.commands import CreateClient, create_client
from services.identity.worker import announce as announcer
from tests.identity.journee import Journee, now

KINDS = ("identity.tenant-changed", "identity.membership-changed", "identity.client-changed")


async def test_the_present_state_of_all_that_it_owns_is_told_anew(journee: Journee, settings: Settings) -> None:
    await journee.appoint()
    command = CreateClient(name="x", organisation_id=None, role="viewer", scopes=["editions:read"])
    async with journee.work() as session:
        await create_client(session, journee.operator, command, now())
    with relay_connection(settings, "identity") as connection:
        assert journee.id in known_tenants(connection)

    await announce(journee.sessions, [journee.id], announcer, now())
    for kind in KINDS:
        first, again = await journee.told(kind)
        assert first == again
