"""Links and seals are good as they were made, for what they were made, and in no other form."""

import pytest
from hypothesis import given
from hypothesis import strategies as some
from uuid_utils.compat import uuid7

from libs.sealing import SealBroken, lasting_secret, seal, signed_link, subject_of_link, unseal

pytestmark = pytest.mark.unit

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
TENANT, SUBJECT = uuid7(), uuid7()
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@given(some.text())
def test_what_is_sealed_is_read_again_with_the_same_key_for_the_same_purpose_alone(secret: str) -> None:
    sealed = seal(KEY, "letter", secret)
    assert unseal(KEY, "letter", sealed) == secret
    for key, purpose in ((OTHER_KEY, "letter"), (KEY, "signing-key")):
        with pytest.raises(SealBroken):
            unseal(key, purpose, sealed)


def test_a_signed_link_names_its_subject_for_its_purpose_in_its_tenant_alone() -> None:
    link = signed_link(KEY, "invitation", TENANT, SUBJECT)
    assert subject_of_link(KEY, "invitation", TENANT, link) == SUBJECT
    assert link != signed_link(KEY, "invitation", TENANT, SUBJECT)
    for key, purpose, tenant in (
        (OTHER_KEY, "invitation", TENANT),
        (KEY, "letter", TENANT),
        (KEY, "invitation", uuid7()),
    ):
        with pytest.raises(SealBroken):
            subject_of_link(key, purpose, tenant, link)


@given(place=some.integers(0, 58), letter=some.sampled_from(ALPHABET))
def test_no_letter_of_a_signed_link_can_be_exchanged(place: int, letter: str) -> None:
    """Its last letter has two spare bits: without care four links would be one."""
    link = signed_link(KEY, "invitation", TENANT, SUBJECT)
    tampered = link[:place] + letter + link[place + 1 :]
    if tampered != link:
        with pytest.raises(SealBroken):
            subject_of_link(KEY, "invitation", TENANT, tampered)


@given(some.text())
def test_what_is_no_link_of_ours_is_none(link: str) -> None:
    with pytest.raises(SealBroken):
        subject_of_link(KEY, "invitation", TENANT, link)


def test_a_lasting_secret_is_the_same_each_time_and_another_for_each_key_purpose_tenant_and_subject() -> None:
    secret = lasting_secret(KEY, "persona", TENANT, SUBJECT)
    assert secret == lasting_secret(KEY, "persona", TENANT, SUBJECT)
    others = [
        lasting_secret(OTHER_KEY, "persona", TENANT, SUBJECT),
        lasting_secret(KEY, "client", TENANT, SUBJECT),
        lasting_secret(KEY, "persona", SUBJECT, TENANT),
    ]
    assert secret not in others
