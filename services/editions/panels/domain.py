"""What a panel refuses."""

from collections.abc import Mapping
from typing import ClassVar

from libs.errors import Conflict
from libs.i18n.catalogues import gettext_noop


class SeatsTakenAway(Conflict):
    detail = "This panel has {present} seats of the role {role}: seats are added, not taken away."
    words: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "role": {
            "moderator": gettext_noop("moderator"),
            "speaker": gettext_noop("speaker"),
            "rapporteur": gettext_noop("rapporteur"),
        }
    }
    remedy = "Leave a seat empty: the programme names only those who have confirmed."
