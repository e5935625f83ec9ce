"""Whose nominations, quotas and people a caller sees: the team all, others their own organisation's."""

from typing import Any

from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import InstrumentedAttribute

from libs.identity import Principal
from libs.permissions import TEAM


def sees_all(principal: Principal) -> bool:
    return principal.role in TEAM


def within_reach(principal: Principal, organisation: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Return the condition under which a row that belongs to an organisation is shown to `principal`."""
    return true() if sees_all(principal) else organisation == principal.organisation_id
