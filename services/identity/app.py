"""Composition root of the HTTP process."""

from litestar import Litestar, Router
from litestar.di import Provide

from libs.db.tenancy import connect
from libs.resources import Resources
from libs.web.app import create_app
from services.identity.clients.api import ClientController
from services.identity.consents.api import ConsentController
from services.identity.departures.api import DepartureController
from services.identity.endings.api import EndingController
from services.identity.links.api import LinkController
from services.identity.memberships.api import MembershipController
from services.identity.oauth.api import OAuthController
from services.identity.passkeys.api import PasskeyController
from services.identity.sign_ins.api import InvitationTokenController, SignInController
from services.identity.tenants.api import TenantController
from services.identity.tenants.queries import tenant_by_slug
from services.identity.tokens.commands import Issuer


def create(resources: Resources) -> Litestar:
    settings = resources.settings
    engine, sessions = connect(settings, "identity")
    issuer = Issuer(settings)
    in_a_tenant = [
        TenantController,
        LinkController,
        SignInController,
        InvitationTokenController,
        MembershipController,
        EndingController,
        PasskeyController,
        ClientController,
        ConsentController,
        DepartureController,
    ]
    ours = Router(
        "/",
        route_handlers=[OAuthController, Router("/api/v1/{tenant:str}", route_handlers=in_a_tenant)],
        dependencies={
            "settings": Provide(lambda: settings, sync_to_thread=False),
            "sessions": Provide(lambda: sessions, sync_to_thread=False),
            "verifier": Provide(lambda: resources.verifier, sync_to_thread=False),
            "issuer": Provide(lambda: issuer, sync_to_thread=False),
        },
    )
    return create_app(
        "identity",
        [ours],
        engine=engine,
        sessions=sessions,
        verifier=resources.verifier,
        tenant_of=tenant_by_slug(sessions),
        secure=settings.secure,
    )
