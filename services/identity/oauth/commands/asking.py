"""A client asks for a token; an application asks for a person's consent."""

from datetime import datetime
from functools import partial

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc6749 import InvalidClientError, OAuth2Error
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from services.identity.consents.commands import Question, ask
from services.identity.oauth.commands.assertions import SignedAssertion
from services.identity.oauth.commands.grants import S256, CodeGrant, IdToken, MachineGrant, RotatingGrant, generate
from services.identity.oauth.commands.refusing import count_refusal
from services.identity.oauth.commands.server import SIGNED, Caller, Desk, Server, answer_to
from services.identity.oauth.domain import (
    Answer,
    OAuthRequest,
    Refused,
    read_question,
    read_token_form,
    require_one_way_in,
    signed_in_since,
)
from services.identity.tokens.commands import Issuer


class AskForToken(Struct, frozen=True):
    """A request as it came, not yet looked at."""

    authorization: str
    content_type: str
    body: bytes
    network: str = ""


class Led(Struct, frozen=True):
    """Where a browser is led: back to the application with an error, or to our own page."""

    address: str


async def ask_for_token(session: AsyncSession, issuer: Issuer, command: AskForToken, now: datetime) -> Answer:
    """Answer a token request (RFC 6749, 5); whoever gives a known client's name wrongly is noted in its journal."""
    try:
        form = read_token_form(command.content_type, command.body)
        require_one_way_in(command.authorization, form)
    except OAuth2Error as error:
        return answer_to(error)
    request = OAuthRequest(issuer.name, "/oauth/token", form, command.authorization)
    desk = Desk(session, issuer, await issuer.key(session, now), now)

    def answer(sync_session: Session) -> tuple[Answer, Caller | None]:
        server = token_server(desk, sync_session)
        return server.create_token_response(request), server.refused

    answered, refused = await session.run_sync(answer)
    return await count_refusal(desk, request, command.network, answered, refused)


async def ask_to_authorize(session: AsyncSession, issuer: Issuer, query: bytes, pages: str, now: datetime) -> Led:
    """Keep an application's question and lead to the page where a person answers it; `pages` is where those lie.

    What is wrong is told to the application (RFC 6749, 4.1.2.1; RFC 9207), unless its address itself is not right:
    then to the person, who is led nowhere else.
    """
    try:
        form = read_question(query)
    except OAuth2Error:
        return Led(f"{pages}/api/refused?reason={Refused.request}")
    request = OAuthRequest(issuer.name, "/oauth/authorize", form)
    desk = Desk(session, issuer, await issuer.key(session, now), now)
    try:
        client, question = await session.run_sync(partial(_question, desk, request))
    except OAuth2Error as error:
        if error.redirect_uri:
            said = [*_said(error), *([("state", form["state"])] if "state" in form else []), ("iss", issuer.name)]
            return Led(add_params_to_uri(error.redirect_uri, said))
        reason = Refused.client if isinstance(error, InvalidClientError) else Refused.request
        return Led(f"{pages}/api/refused?reason={reason}")
    consent_id = await ask(session, client.client.tenant_id, question, now)
    return Led(f"{pages}/{client.tenant}/workspace/consents/{consent_id}")


def token_server(desk: Desk, session: Session) -> Server:
    server = Server(desk, session)
    server.register_client_auth_method(SIGNED, SignedAssertion(server))
    server.register_grant(MachineGrant)
    server.register_grant(CodeGrant, [S256(), IdToken()])
    server.register_grant(RotatingGrant)
    server.register_token_generator("default", partial(generate, server))
    return server


def _question(desk: Desk, request: OAuthRequest, session: Session) -> tuple[Caller, Question]:
    """Return what is asked, by Authlib's rules and ours; raise its error if it is not right."""
    server = Server(desk, session)
    server.register_grant(CodeGrant, [S256()])
    grant = server.get_consent_grant(request)
    said, redirect_uri = request.payload.data, grant.redirect_uri
    try:
        since = signed_in_since(said, desk.now)
    except OAuth2Error as error:
        error.redirect_uri = redirect_uri
        raise
    question = Question(
        client_id=request.client.client.id,
        redirect_uri=redirect_uri,
        scopes=frozenset(request.scope.split()),
        state=said.get("state"),
        nonce=said.get("nonce"),
        code_challenge=said["code_challenge"],
        signed_in_since=since,
    )
    return request.client, question


def _said(error: OAuth2Error) -> list[tuple[str, str]]:
    return [("error", error.error), ("error_description", error.get_error_description() or error.error)]
