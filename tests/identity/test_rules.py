"""Links, mandates, sign-ins and keys: when they are good, and why not."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some
from uuid_utils.compat import uuid7

from libs.config import Settings
from libs.errors import DomainError
from libs.identity import Principal
from libs.sealing import fingerprint, signed_link
from services.identity.clients.domain import UnknownScope, admit_scopes, granted
from services.identity.links.domain import Link, LinkExpired, LinkUnknown, LinkUsed, expiry, may_send
from services.identity.links.personas import persona_link, personas_allowed
from services.identity.memberships.domain import (
    HeldMandate,
    Mandate,
    MandateEndsTooEarly,
    MandateNotHeld,
    MandateOver,
    OrganisationMissing,
    Role,
    RoleNotYours,
    choose,
    holding,
)
from services.identity.sign_ins.domain import IDLE, SignInOver, SignInUnknown, Standing
from services.identity.tenants.domain import SlugReserved, admit_slug
from services.identity.tokens.domain import KEY_SIGNS_FOR, must_rotate
from services.identity.tokens.invitations import InvitationLinkUnknown, speaker_by

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
TODAY = NOW.date()
MINE, THEIRS = uuid7(), uuid7()
KEY = b"k" * 32


def held(
    *, state: str = "active", valid_from: date = TODAY, valid_until: date | None = None, id_: UUID | None = None
) -> HeldMandate:
    return HeldMandate(
        id=id_ or uuid7(),
        role="representative",
        organisation_id=MINE,
        organisation={"fr": "Fédération"},
        name="Ada",
        state=state,  # type: ignore[arg-type] # of the table's
        valid_from=valid_from,
        valid_until=valid_until,
    )


def test_a_mailed_link_is_good_for_a_quarter_of_an_hour() -> None:
    assert expiry("mailed", NOW) == NOW + timedelta(minutes=15)


def test_a_personas_link_stays_good() -> None:
    assert expiry("persona", NOW) is None
    Link("persona", None, NOW).redeem(now=NOW + timedelta(days=400), personas=True)


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        (Link("mailed", NOW, None), LinkExpired),
        (Link("mailed", NOW + timedelta(hours=1), NOW), LinkUsed),
        (Link("membership", NOW - timedelta(days=1), None), LinkExpired),
        (Link("persona", None, None), LinkUnknown),
    ],
    ids=["at its last moment", "once used", "of an invitation too late", "of a persona outside the demonstration"],
)
def test_a_link_signs_nobody_in(link: Link, reason: type[DomainError]) -> None:
    with pytest.raises(reason):
        link.redeem(now=NOW, personas=False)


def test_an_address_gets_five_letters_in_the_window() -> None:
    assert [may_send(asked) for asked in range(7)] == [True] * 5 + [False] * 2


@pytest.mark.parametrize(
    ("demo", "base_url", "allowed"),
    [
        (True, "http://127.0.0.1:8000", True),
        (True, "http://localhost:8000", True),
        (True, "http://[::1]:8000", True),
        (True, "https://moussem.example", False),
        (True, "http://127.0.0.1.example", False),
        (False, "http://127.0.0.1:8000", False),
    ],
)
def test_personas_are_let_in_on_this_machine_in_the_demonstration_only(
    *, demo: bool, base_url: str, allowed: bool
) -> None:
    settings = Settings(
        database_url="postgresql:///x",
        direct_database_url="postgresql:///x",
        broker_url="postgresql:///x",
        base_url=base_url,
        internal_url=base_url,
        issuer=base_url,
        key=KEY,
        smtp_url="smtp://localhost",
        mail_from="x@example.org",
        mailbox="",
        demo=demo,
    )
    assert personas_allowed(settings) is allowed


def test_a_personas_link_is_the_same_each_time_and_another_in_another_tenant_or_deployment() -> None:
    first, tenant = persona_link(KEY, MINE, THEIRS), uuid7()
    assert first == persona_link(KEY, MINE, THEIRS)
    assert len({first, persona_link(KEY, tenant, THEIRS), persona_link(b"o" * 32, MINE, THEIRS)}) == 3


@pytest.mark.parametrize(
    ("giver", "role", "organisation_id"),
    [
        ("administrator", "administrator", None),
        ("administrator", "co_organiser", THEIRS),
        ("co_organiser", "representative", THEIRS),
        ("co_organiser", "viewer", None),
        ("co_organiser", "co_organiser", MINE),
    ],
)
def test_may_give_the_mandate(giver: str, role: Role, organisation_id: UUID | None) -> None:
    Mandate(role, organisation_id, TODAY).admit(giver=giver, giver_organisation_id=MINE, today=TODAY)


@pytest.mark.parametrize(
    ("role", "organisation_id", "until", "reason"),
    [
        ("co_organiser", THEIRS, None, RoleNotYours),
        ("administrator", None, None, RoleNotYours),
        ("representative", None, None, OrganisationMissing),
        ("viewer", None, TODAY - timedelta(days=1), MandateEndsTooEarly),
    ],
    ids=["one who could sign for the other", "one above oneself", "for nobody", "over before it begins"],
)
def test_a_co_organiser_may_not_give(
    role: Role, organisation_id: UUID | None, until: date | None, reason: type[DomainError]
) -> None:
    with pytest.raises(reason):
        Mandate(role, organisation_id, until).admit(giver="co_organiser", giver_organisation_id=MINE, today=TODAY)


@given(day=some.dates(), begins=some.dates(), ends=some.none() | some.dates(), active=some.booleans())
def test_a_mandate_holds_from_its_first_to_its_last_day_once_accepted(
    *, day: date, begins: date, ends: date | None, active: bool
) -> None:
    mandate = held(state="active" if active else "invited", valid_from=begins, valid_until=ends)
    assert mandate.holds(day) is (active and begins <= day <= (ends or date.max))


def test_who_has_one_mandate_acts_for_it_and_who_has_several_chooses() -> None:
    one, other = held(), held()
    assert choose([one], None) is one
    assert choose([one, other], None) is None
    assert choose([one, other], other.id) is other
    with pytest.raises(MandateNotHeld):
        choose([one], other.id)


def test_who_has_no_mandate_today_is_not_signed_in() -> None:
    with pytest.raises(MandateOver):
        holding([held(state="invited"), held(valid_until=TODAY - timedelta(days=1))], TODAY)


def test_a_sign_in_gives_tokens_to_who_knows_its_secret_until_it_is_over() -> None:
    secret = "s" * 43
    standing = Standing(fingerprint(secret), NOW + timedelta(seconds=1), None, NOW)
    standing.admit(secret, now=NOW)
    with pytest.raises(SignInUnknown):
        standing.admit("t" * 43, now=NOW)
    for over in (
        Standing(fingerprint(secret), NOW, None, NOW),
        Standing(fingerprint(secret), standing.expires_at, NOW, NOW),
        Standing(fingerprint(secret), standing.expires_at, None, NOW - IDLE),
    ):
        with pytest.raises(SignInOver):
            over.admit(secret, now=NOW)


def test_a_client_gets_what_it_asks_for_of_what_it_may() -> None:
    allowed = ["editions:read", "programme:read"]
    assert granted(None, allowed) == frozenset(allowed)
    assert granted("  ", allowed) == frozenset(allowed)
    assert granted("editions:read", allowed) == frozenset({"editions:read"})
    assert granted("editions:read nominations:write", allowed) is None


def test_an_unknown_scope_is_named() -> None:
    with pytest.raises(UnknownScope, match="all:write"):
        admit_scopes(["editions:read", "all:write"])


@pytest.mark.parametrize("slug", ["workspace", "sign-in", "api", "fr"])
def test_a_word_of_the_addresses_is_no_tenants_name(slug: str) -> None:
    with pytest.raises(SlugReserved):
        admit_slug(slug)


def test_a_key_signs_for_ninety_days() -> None:
    assert not must_rotate(NOW, NOW + KEY_SIGNS_FOR - timedelta(seconds=1))
    assert must_rotate(NOW, NOW + KEY_SIGNS_FOR)


def test_an_invitation_link_stands_for_its_one_invitation_in_its_one_tenant() -> None:
    tenant, invitation = uuid7(), uuid7()
    public = Principal(tenant_id=tenant, tenant="jni", role="public")
    link = signed_link(KEY, "invitation", tenant, invitation)
    speaker = speaker_by(link, public, KEY)
    assert (speaker.invitation_id, speaker.principal.role) == (invitation, "speaker")
    assert speaker.principal.link_hash == fingerprint(link)

    tampered = link[:-1] + ("A" if link[-1] != "A" else "B")
    elsewhere = Principal(tenant_id=uuid7(), tenant="other", role="public")
    for other, who, key in ((tampered, public, KEY), (link, elsewhere, KEY), (link, public, b"o" * 32)):
        with pytest.raises(InvitationLinkUnknown):
            speaker_by(other, who, key)
