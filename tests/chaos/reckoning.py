"""The reckoning: what was acknowledged is compared with what every service has at the end."""

import asyncio
import time
from collections import Counter
from mailbox import Maildir
from typing import Any, LiteralString

import psycopg
from msgspec import Struct

from infra.composition import serving
from libs.config import SERVICES
from tests.chaos.house import House
from tests.chaos.writing import Acknowledged, Office

_SETTLES_WITHIN = 300.0  # seconds: a fact that met with blow after blow waits longer and longer
_KNOWING = ("identity", "portal")  # who keeps a copy of organisations
_NOTES_WITHIN = 5.0  # seconds: a worker that lives has noted by then what the mail server answered
_LATER: LiteralString = "UPDATE outreach.letter SET sending_since = sending_since - interval '2 minutes'"
_TENANT: LiteralString = "(SELECT tenant_id FROM identity.tenant WHERE slug = %(tenant)s)"


class Reckoning(Struct, frozen=True):
    """`faults` are sentences; none, where all is as it must be."""

    faults: list[str]
    facts: int
    letters: int
    held: int  # letters that the mail server may have: their worker died while it was given them
    longest_letter: float  # seconds from the request to the mail server


async def settle(house: House, office: Office) -> None:
    """Return when nothing is on its way any more, or when that takes too long: the reckoning says what is missing.

    A letter whose worker died while it sent it is held a minute later, which is made to have passed.
    """
    begun, grown_old = time.monotonic(), False
    while time.monotonic() - begun < _SETTLES_WITHIN:
        if not await asyncio.to_thread(_faults_of_facts, house, office.acknowledged, office.tenant):
            return
        await asyncio.sleep(0.5)
        if not grown_old and time.monotonic() - begun > _NOTES_WITHIN:
            grown_old = True
            await asyncio.to_thread(_let_time_pass, house)


def _let_time_pass(house: House) -> None:
    with psycopg.connect(house.superuser, dbname="moussem") as connection:
        connection.execute(_LATER + " WHERE state = 'sending'")


def reckon(house: House, office: Office) -> Reckoning:
    acknowledged, tenant = office.acknowledged, office.tenant
    mails = Counter(str(mail["Message-ID"]) for mail in Maildir(house.mailbox, create=False))
    with psycopg.connect(house.superuser, dbname="moussem") as connection:
        letters = _rows(
            connection,
            "SELECT id::text, recipient, state, extract(epoch FROM sent_at - requested_at)::float8 "
            f"FROM outreach.letter WHERE tenant_id = {_TENANT}",
            tenant,
        )
        facts = sum(
            _rows(connection, f"SELECT count(*) FROM {service}.outbox WHERE tenant_id = {_TENANT}", tenant)[0][0]
            for service in serving("worker")
        )
    written = {f"<{identifier}@": recipient for identifier, recipient, *_ in letters}
    held = {f"<{identifier}@" for identifier, _, state, _ in letters if state == "unsure"}
    mailed = Counter({f"{identifier.partition('@')[0]}@": count for identifier, count in mails.items()})
    faults = [
        *_faults_of_facts(house, acknowledged, tenant),
        *(f"not there for the next reader: {each}" for each in acknowledged.unread),
        *(f"no mail for {written[each]}" for each in written.keys() - held - mailed.keys()),
        *(f"a mail that is no letter of ours: {each}" for each in mailed.keys() - written.keys()),
        *(f"{count} mails of one letter: {each}" for each, count in mailed.items() if count > 1),
    ]
    waits = [wait for *_, wait in letters if wait is not None]
    return Reckoning(faults, facts, len(letters), len(held), max(waits, default=0.0))


def _faults_of_facts(house: House, acknowledged: Acknowledged, tenant: str) -> list[str]:
    with psycopg.connect(house.superuser, dbname="moussem") as connection:
        return [
            *_on_the_way(connection, tenant),
            *_organisations(connection, acknowledged, tenant),
            *_letters(connection, acknowledged, tenant),
        ]


def _on_the_way(connection: psycopg.Connection, tenant: str) -> list[str]:
    faults = []
    for service in SERVICES:
        for table, condition in (("outbox", "sent_at IS NULL"), ("parked", "true")):
            statement = f"SELECT count(*) FROM {service}.{table} WHERE {condition} AND tenant_id = {_TENANT}"
            ((count,),) = _rows(connection, statement, tenant)
            if count:
                faults.append(f"{count} facts {'parked' if table == 'parked' else 'not sent'} in {service}")
    return faults


def _organisations(connection: psycopg.Connection, acknowledged: Acknowledged, tenant: str) -> list[str]:
    """Outbox and projections against what was acknowledged: each change once, the last one everywhere."""
    columns: LiteralString = "SELECT id, version, name ->> 'fr'"
    own = {
        row[0]: row[1:]
        for row in _rows(connection, f"{columns} FROM stakeholders.organisation WHERE tenant_id = {_TENANT}", tenant)
    }
    faults = []
    names = {identifier: name for identifier, (_, name) in own.items()}
    faults += [f"acknowledged and not there: {each}" for each in acknowledged.organisations.keys() - names.keys()]
    faults += [f"there and never acknowledged: {each}" for each in names.keys() - acknowledged.organisations.keys()]
    faults += [
        f"acknowledged as {name!r} and there as {names[each]!r}"
        for each, name in acknowledged.organisations.items()
        if each in names and names[each] != name
    ]
    told = Counter(
        row[0]
        for row in _rows(
            connection,
            f"SELECT aggregate_id FROM stakeholders.outbox WHERE type = 'stakeholders.organisation-changed' "
            f"AND tenant_id = {_TENANT}",
            tenant,
        )
    )
    if told != Counter({each: version for each, (version, _) in own.items()}):
        faults.append(
            f"{told.total()} facts about organisations, {sum(version for version, _ in own.values())} changes"
        )
    for service in _KNOWING:
        known = {
            row[0]: row[1:]
            for row in _rows(
                connection, f"{columns} FROM {service}.known_organisation WHERE tenant_id = {_TENANT}", tenant
            )
        }
        differing = {each for each in own.keys() | known.keys() if own.get(each) != known.get(each)}
        if differing:
            faults.append(f"{service} knows {len(differing)} organisations otherwise than they are")
    return faults


def _letters(connection: psycopg.Connection, acknowledged: Acknowledged, tenant: str) -> list[str]:
    """Outbox, inbox and letters against what was acknowledged: one letter for each invitation, each effect once."""
    rows = _rows(connection, f"SELECT recipient, state FROM outreach.letter WHERE tenant_id = {_TENANT}", tenant)
    written = Counter(recipient for recipient, _ in rows)
    invited = Counter(acknowledged.invited)
    faults = [f"{count} letters for one invitation: {each}" for each, count in (written - invited).items()]
    faults += [f"no letter for {each}" for each in invited - written]
    faults += [f"a letter is {state}" for _, state in rows if state not in {"sent", "unsure"}]
    counts = _rows(
        connection,
        f"""
        SELECT type, count(*) FROM identity.outbox
        WHERE type = 'letters.letter-requested' AND tenant_id = {_TENANT} GROUP BY type
        UNION ALL SELECT type, count(*) FROM outreach.outbox WHERE tenant_id = {_TENANT} GROUP BY type
        UNION ALL SELECT handler, count(*) FROM outreach.inbox WHERE tenant_id = {_TENANT} GROUP BY handler
        """,
        tenant,
    )
    held = sum(state == "unsure" for _, state in rows)
    for what, count in counts:
        expected = len(rows) - (held if what == "outreach.letter-sent" else 0)
        faults += [f"{count} × {what} for {expected} letters"] if count != expected else []
    return faults


def _rows(connection: psycopg.Connection, statement: LiteralString, tenant: str) -> list[Any]:
    return connection.execute(statement, {"tenant": tenant}).fetchall()
