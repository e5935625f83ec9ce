"""An application wants a person signed out (OpenID Connect RP-Initiated Logout 1.0): the person is asked."""

from datetime import datetime
from urllib.parse import quote

from authlib.oauth2.rfc6749 import OAuth2Error
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy.ext.asyncio import AsyncSession

from libs.web.tokens import ALGORITHM
from services.identity.departures.domain import Departure, audience_of, leading_to
from services.identity.oauth.commands.asking import Led
from services.identity.oauth.commands.server import Desk, Server
from services.identity.oauth.domain import Refused, read_question
from services.identity.tokens.commands import Issuer
from services.identity.tokens.queries import published_keys


async def ask_to_leave(session: AsyncSession, issuer: Issuer, query: bytes, pages: str, now: datetime) -> Led:
    """Lead to the page where a person confirms; to an address that is not registered letter by letter, nowhere."""
    refused = Led(f"{pages}/api/refused?reason={Refused.request}")
    try:
        said = read_question(query)
    except OAuth2Error:
        return refused
    hinted = await _hinted(session, issuer, said["id_token_hint"]) if "id_token_hint" in said else ""
    named = said.get("client_id") or hinted
    if hinted is None or not named or (hinted and hinted != named):
        return refused
    desk = Desk(session, issuer, await issuer.key(session, now), now)
    caller = await session.run_sync(lambda sync_session: Server(desk, sync_session).query_client(named))
    if caller is None:
        return Led(f"{pages}/api/refused?reason={Refused.client}")
    address = said.get("post_logout_redirect_uri", "")
    if address and address not in caller.client.post_logout_redirect_uris:
        return refused
    departure = Departure(
        tenant_id=caller.client.tenant_id,
        client_id=caller.client.id,
        name=caller.client.name,
        leads_to=leading_to(address, said.get("state")),
    )
    return Led(f"{pages}/{caller.tenant}/sign-out?ticket={quote(departure.ticket(issuer.deployment_key))}")


async def _hinted(session: AsyncSession, issuer: Issuer, token: str) -> str | None:
    """Return which client an id_token of ours was made for, expired or not; none for what is not one."""
    keys = KeySet.import_key_set({"keys": await published_keys(session)})
    try:
        decoded = jwt.decode(token, keys, algorithms=[ALGORITHM])
    except (JoseError, ValueError):
        return None
    ours = decoded.header.get("typ") == "JWT" and decoded.claims.get("iss") == issuer.name
    return audience_of(decoded.claims) if ours else None
