"""What of an edition changes by joint approval: the shape of each proposed content, and the words for it.

The content is what is signed, byte for byte (libs.approvals): so each kind has one struct and one form.
"""

from datetime import date
from typing import Literal
from uuid import UUID

from msgspec import Struct

from libs.fields import RegionId, Words

THEME, PANEL, ANNOUNCEMENT = "theme", "panel", "announcement"
KINDS = (THEME, PANEL, ANNOUNCEMENT)


class Theme(Struct, frozen=True, forbid_unknown_fields=True):
    theme: Words


class PanelTitle(Struct, frozen=True, forbid_unknown_fields=True):
    panel_id: UUID
    title: Words


class Announcement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is told to the public: that there is an edition, when and where."""

    starts_on: date
    ends_on: date
    city: Words
    region: RegionId


class ProposeTheme(Struct, frozen=True, tag_field="kind", tag=THEME, forbid_unknown_fields=True):
    content: Theme


class ProposePanel(Struct, frozen=True, tag_field="kind", tag=PANEL, forbid_unknown_fields=True):
    content: PanelTitle


class ProposeAnnouncement(Struct, frozen=True, tag_field="kind", tag=ANNOUNCEMENT, forbid_unknown_fields=True):
    content: Announcement


Propose = ProposeTheme | ProposePanel | ProposeAnnouncement
Kind = Literal["theme", "panel", "announcement"]
