"""Whether a name and an address belong to somebody who is known already. Pure.

One address may be several people's (a federation's mailbox), and one name too: an address that is known under another
name is asked about, never decided here; the same name with another address is another person (E10).
"""

from collections.abc import Sequence
from typing import ClassVar, Literal, get_args
from uuid import UUID

from msgspec import Struct

from libs.errors import Conflict
from libs.i18n.folding import fold

EmailChoice = Literal["same_person", "shared_mailbox"]


class EmailKnownByAnotherName(Conflict):
    detail = "{email} is known under another name."
    remedy = (
        "Correct the name or the address, or say with `email_choice` which it is: "
        "`same_person` (one person, whose name stays as it is known) or `shared_mailbox` (two people)."
    )
    choices: ClassVar[tuple[str, ...]] = get_args(EmailChoice)


class MailboxOfSeveral(Conflict):
    detail = "{email} is shared by several people: which of them is meant?"
    remedy = "Write the name as that person is known here, or choose `shared_mailbox` for somebody new."


class PersonKnownAlready(Conflict):
    detail = "Somebody of that name is known by {email} already."
    remedy = "Take another address, or nominate that person instead."


class Known(Struct, frozen=True):
    """Somebody with the address in question; `own` if the asking organisation has nominated them itself."""

    id: UUID
    full_name: str
    name_folded: str
    own: bool


def recognise(email: str, full_name: str, known: Sequence[Known], choice: EmailChoice | None) -> UUID | None:
    """Return which of the people `known` by this address is meant, or None for somebody new.

    Raise `EmailKnownByAnotherName` where that must be asked. The names it tells are those of people whom the asking
    organisation has nominated itself: what others have said of somebody is not for it to see.
    """
    same_name = next((person.id for person in known if person.name_folded == fold(full_name)), None)
    if same_name is not None or not known or choice == "shared_mailbox":
        return same_name
    if choice is None:
        raise EmailKnownByAnotherName(
            pointer="/email",
            email=email,
            choices=list(EmailKnownByAnotherName.choices),
            known_as=[person.full_name for person in known if person.own],
        )
    if len(known) > 1:
        raise MailboxOfSeveral(pointer="/full_name", email=email, people=len(known))
    return known[0].id
