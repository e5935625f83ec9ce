"""From what a browser or a provider brought to what may be believed of it: the checks, and the calls between them.

No table is touched here, and no transaction is open while the outside thinks.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from libs.config import Settings
from libs.errors import DomainError
from services.identity.links.domain import SIGN_IN_REFUSED
from services.identity.openid import Code, Metadata, OpenId, TokenError, Tokens, plain_error
from services.identity.providers.domain import values_of
from services.identity.providers.queries import redirect_uri
from services.identity.sign_ons.commands.attempts import Attempt, SignOnAnswer
from services.identity.sign_ons.commands.provider import Provider
from services.identity.sign_ons.domain import CodeRefused, IssuerMixedUp, ProviderSaysNo
from services.identity.sign_ons.id_token import Expected, SignatureWrong, SubjectMissing, UnknownKey, read_id_token
from services.identity.sign_ons.logout import Departure, read_logout_token


class Told(Struct, frozen=True):
    claims: Mapping[str, Any]
    id_token: str


async def answer_of(openid: OpenId, attempt: Attempt, answer: SignOnAnswer, now: datetime, settings: Settings) -> Told:
    """Return what the provider says of who came back; raise the reason why it is not believed."""
    try:
        return await _answer_of(openid, attempt, answer, now, settings)
    except DomainError as refusal:  # that the provider was away, or told something odd, is for the journal too
        refusal.journalled = SIGN_IN_REFUSED
        raise


async def _answer_of(openid: OpenId, attempt: Attempt, answer: SignOnAnswer, now: datetime, settings: Settings) -> Told:
    provider = attempt.provider
    metadata = await openid.metadata(provider.issuer)
    _check_sender(metadata, answer)
    if answer.error or not answer.code:
        raise ProviderSaysNo(name=provider.name, error=plain_error(answer.error) or "no code")
    code = Code(answer.code, attempt.verifier, redirect_uri(settings.base_url, provider.id))
    try:
        tokens = await openid.redeem(metadata, provider.client, code, now)
    except TokenError as error:
        raise CodeRefused(name=provider.name, error=error.error) from error
    claims = await _read(openid, metadata, attempt, tokens, now)
    return Told(await _with_userinfo(openid, metadata, provider, claims, tokens), tokens.id_token)


async def departure_of(openid: OpenId, provider: Provider, token: str, now: datetime) -> Departure:
    """Return whom a provider wants signed out; raise the reason why it is not heeded."""
    metadata = await openid.metadata(provider.issuer)
    for unknown in (False, True):
        keys = await openid.keys(metadata, unknown=unknown)
        try:
            return read_logout_token(token, keys, issuer=provider.issuer, client_id=provider.client.client_id, now=now)
        except UnknownKey:
            continue
    raise SignatureWrong


def _check_sender(metadata: Metadata, answer: SignOnAnswer) -> None:
    """Raise `IssuerMixedUp` where another provider answers, or this one leaves out what it promised (RFC 9207)."""
    promised = metadata.authorization_response_iss_parameter_supported
    if (answer.iss or promised) and answer.iss != metadata.issuer:
        raise IssuerMixedUp


async def _read(
    openid: OpenId, metadata: Metadata, attempt: Attempt, tokens: Tokens, now: datetime
) -> Mapping[str, Any]:
    """Check the ID token; a key that is not known yet makes the keys be read anew, once."""
    provider = attempt.provider
    expected = Expected(
        issuer=provider.issuer,
        client_id=provider.client.client_id,
        nonce=attempt.nonce,
        max_age=provider.max_age,
        levels=provider.levels,
    )
    for unknown in (False, True):
        keys = await openid.keys(metadata, unknown=unknown)
        try:
            return read_id_token(tokens.id_token, keys, expected, access_token=tokens.access_token, now=now)
        except UnknownKey:
            continue
    raise SignatureWrong


async def _with_userinfo(
    openid: OpenId, metadata: Metadata, provider: Provider, claims: Mapping[str, Any], tokens: Tokens
) -> Mapping[str, Any]:
    """Add what the provider tells only when asked, where something that counts here is missing; of the same person."""
    needed = {"email", "name", *(rule.claim for rule in provider.rules)}
    complete = all(values_of(claims, name) for name in needed)
    if complete or not metadata.userinfo_endpoint or not tokens.access_token:
        return claims
    more = await openid.userinfo(metadata, tokens.access_token)
    if more.get("sub") != claims["sub"]:
        raise SubjectMissing
    return {**more, **claims}
