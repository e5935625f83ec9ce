"""A mail domain is an organisation's own once its record, or whoever keeps it, says so; and one organisation's only."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import dns.message
import dns.rcode
import dns.rrset
import httpx2
import pytest
from msgspec import structs
from typing_extensions import override

from libs.config import Settings
from services.identity.domains.domain import DomainShared, DomainUnusable, domain_name
from tests.identity.journee import Journee, running
from tests.identity.single_sign_on.conftest import DOMAIN, Federation


class NameServer(asyncio.DatagramProtocol):
    """A name server of a few lines: it knows the TXT records that a test gives it."""

    def __init__(self, records: dict[str, list[str]]) -> None:
        self.records = records
        self.asked: list[str] = []
        self.transport: Any = None

    @override
    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    @override
    def datagram_received(self, data: bytes, address: Any) -> None:
        question = dns.message.from_wire(data)
        name = question.question[0].name
        self.asked.append(str(name))
        answer = dns.message.make_response(question)
        texts = self.records.get(str(name).rstrip("."), [])
        if texts:
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *(f'"{text}"' for text in texts)))
        else:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self.transport.sendto(answer.to_wire(), address)


@asynccontextmanager
async def asking(
    settings: Settings, records: dict[str, list[str]]
) -> AsyncIterator[tuple[httpx2.AsyncClient, NameServer]]:
    """Run identity with a name server of the test's own."""
    transport, server = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: NameServer(records), local_addr=("127.0.0.1", 0)
    )
    port = transport.get_extra_info("sockname")[1]
    async with running(structs.replace(settings, name_server=f"127.0.0.1:{port}")) as app:
        wire = httpx2.ASGITransport(app, raise_app_exceptions=False)  # type: ignore[arg-type] # Litestar's own scope
        async with httpx2.AsyncClient(transport=wire, base_url=settings.base_url) as http:
            yield http, server
    transport.close()


async def claim(federation: Federation, domain: str) -> httpx2.Response:
    command = {"organisation_id": str(federation.id), "domain": domain}
    return await federation.http.post(
        f"{federation.journee.api}/mail-domains", json=command, headers=federation.technical
    )


async def test_a_record_in_the_domain_proves_it(federation: Federation, settings: Settings) -> None:
    records: dict[str, list[str]] = {}
    async with asking(settings, records) as (http, server):
        federation.http = http
        claimed = (await claim(federation, "Textile.example.")).json()
        assert (claimed["domain"], claimed["record_name"]) == ("textile.example", "_moussem.textile.example")
        proofs = f"{federation.journee.api}/mail-domains/{claimed['id']}/proofs"
        for wrong in ([], ["moussem=another"], ["v=spf1 -all"]):
            records["_moussem.textile.example"] = wrong
            early = await http.post(proofs, headers=federation.technical)
            assert (early.status_code, early.json()["type"]) == (409, "/problems/record-not-found")
        records["_moussem.textile.example"] = ["v=spf1 -all", claimed["record_value"]]
        proven = await http.post(proofs, headers=federation.technical)
        assert (proven.status_code, proven.json()["verified_at"] is not None) == (200, True)
        assert set(server.asked) == {"_moussem.textile.example."}
        again = await claim(federation, "textile.example")
        assert again.json()["record_value"] == claimed["record_value"], "claiming it again finds the claim"
    [entry] = await federation.journee.journal("domains.prove")
    assert entry.details == {"by": "record"}


async def test_whoever_keeps_the_domain_proves_it_by_a_button_and_not_by_opening_a_letter(
    federation: Federation, http: httpx2.AsyncClient
) -> None:
    claimed = (await claim(federation, "textile.example")).json()
    letters = f"{federation.journee.api}/mail-domains/{claimed['id']}/letters"
    stranger = await http.post(letters, json={"keeper": "y.tahiri", "language": "fr"}, headers=federation.technical)
    assert stranger.status_code == 400, "anybody may have an address of the domain"
    sent = await http.post(letters, json={"keeper": "postmaster", "language": "fr"}, headers=federation.technical)
    assert sent.status_code == 202
    again = await http.post(letters, json={"keeper": "admin", "language": "fr"}, headers=federation.technical)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/letter-on-its-way")
    [letter] = await federation.journee.letters()
    assert (letter.template, letter.recipient) == ("mail-domain", "postmaster@textile.example")
    link = federation.journee.link_in(letter)
    follow = f"{federation.journee.api}/mail-domain-links"
    looked = await http.post(follow, json={"link": link, "confirm": False})
    assert looked.json() == {"domain": "textile.example", "organisation": {"fr": "Fédération"}, "confirmed": False}
    assert await federation.journee.journal("domains.prove") == []
    confirmed = await http.post(follow, json={"link": link, "confirm": True})
    assert confirmed.json()["confirmed"] is True
    used = await http.post(follow, json={"link": link, "confirm": True})
    assert (used.status_code, used.json()["type"]) == (401, "/problems/domain-link-unknown")


async def test_a_proven_domain_is_one_organisations_only_and_a_claim_keeps_nobody_out(
    federation: Federation, http: httpx2.AsyncClient
) -> None:
    journee = federation.journee
    ministry = Federation(journee=journee, http=http, id=journee.ministry)
    ministry.technical = await ministry.token("technical_contact", journee.ministry)
    assert (await claim(federation, "shared.example")).status_code == 201
    assert (await claim(ministry, "shared.example")).status_code == 201, "a claim proves nothing"
    taken = await claim(ministry, DOMAIN)
    assert (taken.status_code, taken.json()["type"]) == (409, "/problems/domain-taken")

    async def keeper_confirms(who: Federation) -> httpx2.Response:
        claimed = (await claim(who, "shared.example")).json()
        command = {"keeper": "admin", "language": "fr"}
        await http.post(f"{journee.api}/mail-domains/{claimed['id']}/letters", json=command, headers=who.technical)
        link = journee.link_in((await journee.letters())[-1])
        return await http.post(f"{journee.api}/mail-domain-links", json={"link": link, "confirm": True})

    assert (await keeper_confirms(federation)).status_code == 200
    late = await claim(ministry, "shared.example")
    assert (late.status_code, late.json()["type"]) == (409, "/problems/domain-taken")
    other_day = Journee(sessions=journee.sessions, settings=journee.settings)
    await other_day.begin()
    elsewhere = Federation(journee=other_day, http=http, id=other_day.federation)
    elsewhere.technical = await elsewhere.token("technical_contact", other_day.federation)
    assert (await claim(elsewhere, "shared.example")).status_code == 201, "another day is another tenant"


async def test_an_address_of_a_proven_domain_leads_to_its_provider_whoever_has_an_account(
    federation: Federation, provider: Any, http: httpx2.AsyncClient
) -> None:
    provider_id = await federation.switched_on(provider)
    choices = f"{federation.journee.api}/sign-ons"
    [choice] = (await http.get(choices, params={"domain": "AMITH.example"})).json()
    assert choice == {"provider_id": provider_id, "name": "AMITH", "organisation": {"fr": "Fédération"}}
    for other in ("sub.amith.example", "example", "", "xn--", "\u0661"):
        assert (await http.get(choices, params={"domain": other})).json() == []
    await federation.change(provider_id, state="off")
    assert (await http.get(choices, params={"domain": DOMAIN})).json() == []


@pytest.mark.parametrize("domain", ["gmail.com", "yahoo.fr", "yahoo.co.uk", "outlook.com", "Hotmail.Com", "menara.ma"])
def test_where_anybody_may_have_an_address_nobody_claims(domain: str) -> None:
    with pytest.raises(DomainShared):
        domain_name(domain)


@pytest.mark.parametrize(
    "domain",
    ["localhost", "gov.ma", "co.uk", "a..ma", "-a.ma", "127.0.0.1", "amith.m", "*.ma", "a_b.ma", "x" * 70 + ".ma"],
)
def test_what_is_no_domain_of_one_organisation_is_not_claimed(domain: str) -> None:
    with pytest.raises(DomainUnusable):
        domain_name(domain)


def test_a_domain_is_compared_in_one_form() -> None:
    assert domain_name(" AMITH.Ma. ") == "amith.ma"
    assert domain_name("féderation.ma") == "xn--fderation-b4a.ma"
    assert domain_name("mcinet.gov.ma") == "mcinet.gov.ma"
