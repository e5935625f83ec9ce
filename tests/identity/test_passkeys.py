"""A passkey is made by who is signed in, and signs its holder in: here, once for each question, and nobody else."""

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import update

from services.identity.passkeys.domain import relying_party
from services.identity.passkeys.models import PasskeyChallenge
from tests.identity.device import Device
from tests.identity.journee import ADA, Journee, ago


class Holder:
    """Somebody who is signed in, with a device."""

    def __init__(self, http: httpx2.AsyncClient, journee: Journee, token: str, **how: Any) -> None:
        self.http = http
        self.api = journee.api
        self.device = Device(relying_party(journee.settings.base_url).origins[0], **how)
        self.told = {"authorization": f"Bearer {token}"}

    async def keep(self, credential: str = "", challenge: str = "") -> httpx2.Response:
        question = (await self.http.post(f"{self.api}/passkeys/questions", headers=self.told)).json()
        said = {
            "challenge_id": challenge or question["challenge_id"],
            "credential": credential or self.device.make(question["options"]),
            "name": "Telephone",
        }
        return await self.http.post(f"{self.api}/passkeys", json=said, headers=self.told)

    async def question(self) -> dict[str, Any]:
        question: dict[str, Any] = (await self.http.post(f"{self.api}/sign-ins/passkey-questions")).json()
        return question

    async def show(self, question: dict[str, Any] | None = None, api: str = "") -> httpx2.Response:
        question = question or await self.question()
        said = {"challenge_id": question["challenge_id"], "credential": self.device.show(question["options"])}
        return await self.http.post(f"{api or self.api}/sign-ins/by-passkey", json=said)


async def _holder(http: httpx2.AsyncClient, journee: Journee, email: str = ADA, **how: Any) -> Holder:
    link = await journee.mailed_link(await journee.appoint(email=email))
    begun = (await http.post(f"{journee.api}/sign-ins", json={"link": link})).json()
    return Holder(http, journee, begun["access_token"], **how)


async def test_it_is_kept_shown_used_and_removed(journee: Journee, http: httpx2.AsyncClient) -> None:
    ada = await _holder(http, journee)
    kept = await ada.keep()
    assert kept.status_code == 201
    begun = (await ada.show()).json()
    assert begun["account"]["email"] == ADA
    assert begun["access_token"]
    [entry] = [each for each in await journee.journal("sign_in") if each.details["by"] == "passkey"]
    assert str(entry.subject) == begun["id"]

    [listed] = (await http.get(f"{ada.api}/passkeys", headers=ada.told)).json()["items"]
    assert (listed["name"], listed["used_at"] is not None) == ("Telephone", True)
    removed = await http.post(f"{ada.api}/passkeys/{kept.json()['id']}/removal", headers=ada.told)
    assert removed.status_code == 204
    refused = await ada.show()
    assert (refused.status_code, refused.json()["type"]) == (401, "/problems/passkey-refused")
    assert [entry.details["reason"] for entry in await journee.journal("sign_in.refused")] == ["passkey-refused"]


async def test_a_question_is_answered_once(journee: Journee, http: httpx2.AsyncClient) -> None:
    """A recorded answer signs nobody in, however many send it at once."""
    ada = await _holder(http, journee)
    await ada.keep()
    question = await ada.question()
    said = {"challenge_id": question["challenge_id"], "credential": ada.device.show(question["options"])}
    answers = await asyncio.gather(
        *(http.post(f"{ada.api}/sign-ins/by-passkey", json=said) for _ in range(8)), return_exceptions=False
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 401: 7}


@pytest.mark.parametrize("wrong", ["origin", "unverified", "other question", "too late", "older count", "no json"])
async def test_what_does_not_fit_signs_nobody_in(journee: Journee, http: httpx2.AsyncClient, wrong: str) -> None:
    ada = await _holder(http, journee)
    await ada.keep()
    ada.device.uses = 5
    assert (await ada.show()).status_code == 201
    question = await ada.question()
    if wrong == "origin":
        ada.device.origin = "https://moussem.example.evil.example"
    elif wrong == "unverified":
        ada.device.verified = False
    elif wrong == "older count":
        ada.device.uses = 2
    elif wrong == "other question":
        question["options"] = (await ada.question())["options"]
    elif wrong == "too late":
        async with journee.work() as session:
            await session.execute(update(PasskeyChallenge).values(expires_at=ago(seconds=1)))
    if wrong == "no json":
        said = {"challenge_id": question["challenge_id"], "credential": "{}"}
        refused = await http.post(f"{ada.api}/sign-ins/by-passkey", json=said)
    else:
        refused = await ada.show(question)
    assert (refused.status_code, refused.json()["type"]) == (401, "/problems/passkey-refused")


@pytest.mark.parametrize("wrong", ["somebody else's question", "a question to sign in", "unverified", "twice"])
async def test_what_does_not_fit_is_not_kept(journee: Journee, http: httpx2.AsyncClient, wrong: str) -> None:
    ada = await _holder(http, journee)
    other = await _holder(http, journee, "grace@example.org")
    if wrong == "twice":
        await ada.keep()
        refused = await ada.keep()
    elif wrong == "unverified":
        ada.device.verified = False
        refused = await ada.keep()
    else:
        path = "passkeys/questions" if wrong.startswith("somebody") else "sign-ins/passkey-questions"
        foreign = (await http.post(f"{ada.api}/{path}", headers=other.told)).json()
        refused = await ada.keep(challenge=foreign["challenge_id"])
    assert refused.status_code == 409
    assert refused.json()["type"] in {"/problems/passkey-not-made", "/problems/passkey-known"}


async def test_it_opens_no_other_tenant_and_nobody_removes_anybody_elses(
    journee: Journee, http: httpx2.AsyncClient
) -> None:
    other = Journee(sessions=journee.sessions, settings=journee.settings)
    await other.begin()
    ada = await _holder(http, journee)
    kept = (await ada.keep()).json()
    await other.appoint()
    assert (await ada.show(api=other.api)).status_code == 401
    grace = await _holder(http, journee, "grace@example.org")
    removal = f"{ada.api}/passkeys/{UUID(kept['id'])}/removal"
    assert (await http.post(removal, headers=grace.told)).status_code == 404
    assert (await http.post(f"{ada.api}/passkeys/questions")).status_code == 401


@pytest.mark.unit
@pytest.mark.parametrize(
    ("base_url", "party", "origin"),
    [
        ("https://moussem.example", "moussem.example", "https://moussem.example"),
        ("http://127.0.0.1:8000", "localhost", "http://localhost:8000"),
        ("http://localhost:8000", "localhost", "http://localhost:8000"),
    ],
)
def test_a_deployment_is_known_by_its_name(base_url: str, party: str, origin: str) -> None:
    found = relying_party(base_url)
    assert (found.id, found.origins) == (party, [origin])
