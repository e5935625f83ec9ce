"""Reads of sign-ons."""

from urllib.parse import urlencode, urlsplit
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from libs.config import Settings
from libs.sealing import unseal
from services.identity.providers.models import IdentityProvider
from services.identity.sign_ons.domain import ID_TOKEN
from services.identity.sign_ons.models import ProviderSession


async def way_out(session: AsyncSession, sign_in_id: UUID, settings: Settings) -> str | None:
    """Return where somebody signs out of the provider that they signed in by; none where it offers nothing."""
    came_by = (
        select(IdentityProvider, ProviderSession.sealed_id_token)
        .join(
            ProviderSession,
            (ProviderSession.tenant_id == IdentityProvider.tenant_id)
            & (ProviderSession.provider_id == IdentityProvider.id),
        )
        .where(ProviderSession.id == sign_in_id)
    )
    found = (await session.execute(came_by)).one_or_none()
    if found is None or not found[0].told.get("end_session_endpoint"):
        return None
    provider, sealed = found
    asked = {
        "id_token_hint": unseal(settings.key, ID_TOKEN, sealed),
        "client_id": provider.client_id,
        "post_logout_redirect_uri": f"{settings.base_url}/sso/{provider.id}/signed-out",
    }
    address = provider.told["end_session_endpoint"]
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}"
