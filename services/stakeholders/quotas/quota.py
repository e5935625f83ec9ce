"""How many nominations an organisation may have standing in a call: one number for the call, one per panel if wished.

Pure. Whoever asks has locked the quota first and counted after, so that two cannot both take the last place.
"""

from collections.abc import Mapping
from uuid import UUID

from msgspec import Struct

from libs.errors import Conflict, Invalid


class NoQuota(Conflict):
    detail = "Your organisation was not asked to nominate in this call."
    remedy = "Ask the co-organisers for a quota."


class QuotaExhausted(Conflict):
    detail = "The quota of your organisation ({limit}) is used up."
    remedy = "Withdraw one of them first, or ask the co-organisers for a larger quota."


class PanelQuotaExhausted(Conflict):
    detail = "The quota of your organisation for this panel ({limit}) is used up."
    remedy = "Nominate for another panel, or withdraw one of them first."


class QuotaBelowStanding(Conflict):
    detail = "Nominations standing: {standing}. The quota cannot be {limit}."
    remedy = "Give at least {standing}, or decide on some of the nominations first."


class PanelTwice(Invalid):
    detail = "This panel is named twice."
    remedy = "Give each panel one number."


class Quota(Struct, frozen=True):
    """The limits of one organisation in one call (whole, and by panel), and what it has standing by panel."""

    limit: int
    panel_limits: Mapping[UUID, int]
    standing: Mapping[UUID, int]

    @property
    def left(self) -> int:
        return self.limit - sum(self.standing.values())

    def admit(self, panel_id: UUID) -> None:
        """Return if one more may be nominated for the panel; raise the reason if not."""
        if self.left <= 0:
            raise QuotaExhausted(limit=self.limit)
        panel_limit = self.panel_limits.get(panel_id)
        if panel_limit is not None and self.standing.get(panel_id, 0) >= panel_limit:
            raise PanelQuotaExhausted(pointer="/panel_id", limit=panel_limit)

    def check(self) -> None:
        """Return if these limits cover what is standing; raise the first that does not."""
        if self.left < 0:
            raise QuotaBelowStanding(pointer="/limit", limit=self.limit, standing=sum(self.standing.values()))
        for place, (panel_id, limit) in enumerate(self.panel_limits.items()):
            standing = self.standing.get(panel_id, 0)
            if limit < standing:
                raise QuotaBelowStanding(pointer=f"/panels/{place}/limit", limit=limit, standing=standing)
