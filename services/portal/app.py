"""The HTTP process of this service."""

from typing import Any

from litestar import Litestar, Request
from litestar.connection import ASGIConnection
from litestar.di import Provide
from litestar.handlers import BaseRouteHandler

from libs.db.tenancy import connect
from libs.i18n.languages import LANGUAGES
from libs.observability.correlation import correlate
from libs.published.serving import Published
from libs.resources import Resources
from libs.tenants.queries import tenant_by_slug
from libs.web.addresses import require_text
from libs.web.clock import now
from libs.web.headers import of_pages, telling
from services.portal.account.pages import AccountPages
from services.portal.approvals.pages import DraftApprovalPages, EditionApprovalPages
from services.portal.assets import Assets
from services.portal.calls.pages import CallPages
from services.portal.clients.pages import ClientPages
from services.portal.consents.pages import ConsentPages, refused
from services.portal.departures.pages import DeparturePages
from services.portal.editions.pages import EditionPages
from services.portal.failures import exception_handlers
from services.portal.forms import provide_form
from services.portal.invitations.pages import InvitationPages
from services.portal.letters.pages import LetterPages
from services.portal.nominations.pages import NominationPages
from services.portal.organisations.pages import OrganisationPages
from services.portal.people.pages import PersonPages
from services.portal.programme.pages import ProgrammePages
from services.portal.rendering import Rendering
from services.portal.rooms.pages import RoomPages
from services.portal.scopes.pages import routes as scopes
from services.portal.selection.pages import SelectionPages
from services.portal.sessions.pages import SessionPages
from services.portal.sign_ins.pages import SignInPages
from services.portal.start.pages import routes as start
from services.portal.today.pages import today
from services.portal.visits import SAFE, Doorway, require_same_origin, visits

LARGEST_FORM = 1_000_000  # bytes

WORKSPACE = (
    today,
    AccountPages,
    EditionPages,
    EditionApprovalPages,
    DraftApprovalPages,
    NominationPages,
    CallPages,
    SelectionPages,
    PersonPages,
    ProgrammePages,
    RoomPages,
    SessionPages,
    OrganisationPages,
    LetterPages,
    ClientPages,
    ConsentPages,
)


def create(resources: Resources) -> Published:
    settings = resources.settings
    engine, sessions = connect(settings, "portal")
    assets = Assets()
    rendering = Rendering(assets)
    tenant_of = tenant_by_slug(sessions)
    doorway = Doorway(resources, sessions, tenant_of, rendering)

    async def from_our_pages(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        require_text(connection)
        request: Request[Any, Any, Any] = Request(connection.scope)
        if request.method not in SAFE:
            require_same_origin(request, settings.base_url)

    async def dispose(_: Litestar) -> None:
        await engine.dispose()

    app = Litestar(
        logging_config=None,  # its own would take the place of ours
        route_handlers=[*start, *scopes, refused, DeparturePages, SignInPages, InvitationPages, *WORKSPACE],
        on_shutdown=[dispose],
        guards=[from_our_pages],
        dependencies={
            "doorway": Provide(lambda: doorway, sync_to_thread=False),
            "assets": Provide(lambda: assets, sync_to_thread=False),
            "visit": Provide(visits(doorway)),
            "form": Provide(provide_form),
            "now": Provide(now, sync_to_thread=False),
        },
        exception_handlers=exception_handlers(rendering),
        before_request=_correlate,
        before_send=[telling(of_pages(secure=settings.secure))],
        request_max_body_size=LARGEST_FORM,
        openapi_config=None,
    )
    return Published(
        app, settings=settings, service="portal", sessions=sessions, tenant_of=tenant_of, place=tenant_in_public_path
    )


def tenant_in_public_path(path: str) -> str | None:
    """Return the slug of the day whose public page may lie at a path: `/{language}/{tenant}…`, not its workspace."""
    language, _, rest = path[1:].partition("/")
    tenant, _, below = rest.partition("/")
    inside = below.partition("/")[0] in {"workspace", "sign-in", "sign-out", "invitation"}
    return tenant if language in LANGUAGES and tenant and not inside else None


async def _correlate(request: Request[Any, Any, Any]) -> None:
    correlate(request.headers.get("x-correlation-id"))
