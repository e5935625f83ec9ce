"""The one way to build a service's HTTP application."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated, Any

from litestar import Litestar, Request
from litestar.di import NamedDependency, Provide
from litestar.params import HeaderParameter
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from libs.db.tenancy import Sessions, unit_of_work
from libs.identity import Principal
from libs.observability.correlation import correlate
from libs.web.authorization import TenantOf, Verifier, authorize
from libs.web.bodies import require_json
from libs.web.clock import now
from libs.web.conditional import IfMatch
from libs.web.filters import refuse_unknown_filters
from libs.web.headers import of_data, telling
from libs.web.once import Answered, Once, read_once, remember_refusals, replay
from libs.web.openapi import StrictStructs, document_of, document_refusals
from libs.web.problems import EXCEPTION_HANDLERS
from libs.web.refusals import journal_refusals

LARGEST_BODY = 1_000_000  # bytes
_KEY = "Chosen by the caller, kept for 24 hours: the same request with the same key is done once and answered alike."
_VERSION = "The ETag of the version that this change was made from."


def create_app(  # noqa: PLR0913 (the composition root names each part)
    service: str,
    routes: Sequence[ControllerRouterHandler],
    *,
    engine: AsyncEngine,
    sessions: Sessions,
    verifier: Verifier,
    tenant_of: TenantOf,
    secure: bool,
) -> Litestar:
    """Return the app of one service: problems, authorization, one transaction per request, its OpenAPI document.

    `secure`: whether browsers reach us by TLS.
    """

    async def session(principal: NamedDependency[Principal]) -> AsyncIterator[AsyncSession]:
        """One request is one transaction, committed before the response is sent."""
        async with unit_of_work(sessions, principal.tenant_id, actor=principal.actor) as session:
            yield session

    async def dispose(_: Litestar) -> None:
        await engine.dispose()

    app = Litestar(
        logging_config=None,  # its own would take the place of ours
        route_handlers=routes,
        guards=[authorize(verifier, tenant_of), require_json, refuse_unknown_filters],
        dependencies={
            "session": Provide(session),
            "principal": Provide(_principal, sync_to_thread=False),
            "now": Provide(now, sync_to_thread=False),
            "once": Provide(_once),
            "if_match": Provide(_if_match, sync_to_thread=False),
        },
        exception_handlers={**EXCEPTION_HANDLERS, Answered: replay},
        after_exception=[remember_refusals(sessions), journal_refusals(sessions)],
        before_request=_correlate,
        before_send=[telling(of_data(secure=secure))],
        on_shutdown=[dispose],
        request_max_body_size=LARGEST_BODY,
        plugins=[StrictStructs()],
        openapi_config=document_of(service),
    )
    document_refusals(app)
    return app


def _principal(request: Request[Principal, Any, Any], now: NamedDependency[datetime]) -> Principal:  # noqa: ARG001
    """Return who is calling.

    Asks for `now`, and the session for this, so that one follows the other: what could be had at the same time Litestar
    gives tasks of their own to, which cost more than all of it.
    """
    return request.user


async def _once(
    request: Request[Principal, Any, Any],
    session: NamedDependency[AsyncSession],
    now: NamedDependency[datetime],
    idempotency_key: Annotated[str | None, HeaderParameter(name="Idempotency-Key", description=_KEY)] = None,
) -> Once:
    return await read_once(request, session, idempotency_key, now)


def _if_match(
    made_from: Annotated[str | None, HeaderParameter(name="If-Match", description=_VERSION)] = None,
) -> IfMatch:
    return IfMatch(made_from)


async def _correlate(request: Request[Any, Any, Any]) -> None:
    """Begin a request; a coroutine, since what Litestar gives to a thread binds nothing here."""
    correlate(request.headers.get("x-correlation-id"))
