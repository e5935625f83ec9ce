"""A subscriber that is new is told the present state of everything."""

from sqlalchemy import select

from libs.db.tenancy import unit_of_work
from libs.messaging.models import OutboxMessage
from services.stakeholders.worker import announce
from tests.stakeholders.conftest import TODAY, OpenCall


async def test_everything_is_told_anew_with_the_version_that_it_has(call: OpenCall) -> None:
    nomination = await call.submit(call.day.of_federation)
    async with unit_of_work(call.sessions, call.day.id) as session:
        before = len((await session.scalars(select(OutboxMessage.id))).all())
        await announce(session, TODAY)
    async with unit_of_work(call.sessions, call.day.id) as session:
        facts = (await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))).all()[before:]
    told = sorted((fact.type.partition(".")[2], fact.version) for fact in facts)
    assert told == [
        ("call-changed", 2),
        ("nomination-changed", nomination.version),
        *[("organisation-changed", 1)] * 3,
        ("speaker-changed", nomination.version),
    ]
