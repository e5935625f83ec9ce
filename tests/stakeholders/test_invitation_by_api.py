"""From a nomination to a speaker over HTTP."""

from typing import Any

import httpx2
from sqlalchemy import select

from libs.db.tenancy import unit_of_work
from libs.messaging.models import OutboxMessage
from libs.sealing import fingerprint, unseal
from tests.stakeholders.asking import Client, refused
from tests.stakeholders.conftest import STARTS_ON, OpenCall


async def test_from_selection_to_acceptance(
    client_of: Client, ministry: httpx2.AsyncClient, call: OpenCall, settings: Any
) -> None:
    nomination = await call.submit(call.day.of_federation)
    own = f"/api/v1/{call.day.slug}/nominations/{nomination.id}"
    seat = {"seat_id": str(call.panels[0].seats[1].id)}
    assert (await ministry.post(f"{own}/invitation", json={})).status_code == 409
    assert (await ministry.post(f"{own}/shortlisting")).json()["state"] == "shortlisted"
    assert (await ministry.post(f"{own}/selection", json=seat)).json()["state"] == "selected"
    assert (await ministry.delete(f"{own}/selection")).json()["state"] == "shortlisted"
    assert (await ministry.post(f"{own}/selection", json=seat)).json()["state"] == "selected"
    invited = await ministry.post(f"{own}/invitation", json={}, headers={"idempotency-key": "invite"})
    again = await ministry.post(f"{own}/invitation", json={}, headers={"idempotency-key": "invite"})
    assert (invited.status_code, invited.json()["state"], again.json()) == (201, "invited", invited.json())

    async with unit_of_work(call.sessions, call.day.id) as session:
        letters = await session.scalars(select(OutboxMessage.body).filter_by(type="letters.letter-requested"))
        [letter] = letters.all()
    link = unseal(settings.key, "letter", letter["sealed_link"]).rpartition("/")[2]
    invitation = f"/api/v1/{call.day.slug}/invitations/{invited.json()['id']}"
    speaker = client_of(
        "stakeholders",
        call.day.who("speaker"),
        invitation_id=invited.json()["id"],
        link_hash=fingerprint(link),
    )
    read = (await speaker.get(invitation)).json()
    assert (read["full_name"], read["panel"], read["edition"]["slug"]) == ("Salma Idrissi", {"fr": "Panel 1"}, "2026")
    window = {"starts_at": f"{STARTS_ON}T09:00:00", "ends_at": f"{STARTS_ON}T12:00:00"}
    backwards = {"starts_at": window["ends_at"], "ends_at": window["starts_at"]}
    wrong = await speaker.post(f"{invitation}/answer", json={"answer": "accepted", "availability": [backwards]})
    assert refused(wrong, 400, "/availability/0/ends_at")
    accepted = await speaker.post(f"{invitation}/answer", json={"answer": "accepted", "availability": [window]})
    assert (accepted.status_code, accepted.json()["state"]) == (200, "confirmed")
    read = (await speaker.get(invitation)).json()
    assert (read["state"], read["answer"]) == ("confirmed", "accepted")
    [shown] = read["availability"]
    assert shown["starts_at"].startswith(f"{STARTS_ON}T09:00:00")
    other = client_of("stakeholders", call.day.who("speaker"), invitation_id=invited.json()["id"], link_hash="0" * 64)
    assert (await other.get(invitation)).status_code == 404
