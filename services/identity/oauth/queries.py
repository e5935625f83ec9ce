"""What an application learns of the person who agreed (OpenID Connect Core 1.0, 5.3)."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from libs.errors import Forbidden, Unauthenticated
from libs.identity import Principal
from services.identity.holders.queries import holder_by_account


class PersonUnknown(Unauthenticated):
    detail = "This token stands for nobody who holds a mandate today."
    remedy = "Ask the person again."


class OpenidMissing(Forbidden):
    detail = "This token may not say who the person is."
    remedy = "Ask for the scope {scopes}."


async def person_of(session: AsyncSession, principal: Principal, now: datetime) -> dict[str, Any]:
    """Return who a token's person is, as far as its scopes go."""
    if "openid" not in principal.scopes:
        raise OpenidMissing(scopes="openid")
    holder = None if principal.account_id is None else await holder_by_account(session, principal.account_id, now)
    mandates = [each for each in holder.mandates if each.holds(holder.today)] if holder else []
    acting = [
        each for each in mandates if (each.role, each.organisation_id) == (principal.role, principal.organisation_id)
    ]
    if holder is None or not acting:
        raise PersonUnknown
    said: dict[str, Any] = {"sub": str(holder.account_id)}
    if "profile" in principal.scopes:
        organisation_id = principal.organisation_id
        said |= {"name": acting[0].name, "locale": holder.language, "tenant": principal.tenant, "role": principal.role}
        said |= {"organisation_id": str(organisation_id)} if organisation_id else {}
    if "email" in principal.scopes:
        said["email"] = holder.email
    return said
