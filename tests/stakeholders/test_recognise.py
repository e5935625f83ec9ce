"""Who is meant by a name and an address (E10)."""

import pytest
from uuid_utils.compat import uuid7

from libs.i18n.folding import fold
from services.stakeholders.people.domain import EmailKnownByAnotherName, Known, MailboxOfSeveral, recognise

pytestmark = pytest.mark.unit

MAILBOX = "contact@fed.test"


def known(name: str, *, own: bool = True) -> Known:
    return Known(uuid7(), name, fold(name), own)


SALMA = known("Salma Idrissi")
OMAR = known("Omar Tazi")


def test_an_address_that_nobody_has_is_somebody_new() -> None:
    assert recognise(MAILBOX, "Salma Idrissi", [], None) is None


@pytest.mark.parametrize("name", ["Salma Idrissi", "salma  IDRISSI", "Sàlma Idrissi"])
def test_the_same_name_and_address_are_the_same_person_however_they_are_spelt(name: str) -> None:
    assert recognise(MAILBOX, name, [OMAR, SALMA], None) == SALMA.id


def test_the_same_address_with_another_name_is_asked_about() -> None:
    with pytest.raises(EmailKnownByAnotherName) as asked:
        recognise(MAILBOX, "Omar Tazi", [SALMA], None)
    assert asked.value.facts["choices"] == ["same_person", "shared_mailbox"]
    assert asked.value.facts["known_as"] == ["Salma Idrissi"]
    assert asked.value.pointer == "/email"


def test_what_other_organisations_said_of_somebody_is_not_told() -> None:
    with pytest.raises(EmailKnownByAnotherName) as asked:
        recognise(MAILBOX, "Omar Tazi", [known("Salma Idrissi", own=False)], None)
    assert asked.value.facts["known_as"] == []


def test_a_shared_mailbox_is_somebody_new_and_the_same_person_is_the_known_one() -> None:
    assert recognise(MAILBOX, "Omar Tazi", [SALMA], "shared_mailbox") is None
    assert recognise(MAILBOX, "S. Idrissi", [SALMA], "same_person") == SALMA.id


def test_the_same_person_must_be_one() -> None:
    with pytest.raises(MailboxOfSeveral):
        recognise(MAILBOX, "S. Idrissi", [SALMA, OMAR], "same_person")
