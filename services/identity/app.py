"""Composition root of the HTTP process."""

from litestar import Litestar, Router
from litestar.di import Provide

from libs.db.tenancy import connect
from libs.outgoing.addresses import Allowed
from libs.outgoing.calls import Outgoing
from libs.resources import Resources
from libs.web.app import create_app
from services.identity.clients.api import ClientController
from services.identity.consents.api import ConsentController
from services.identity.departures.api import DepartureController
from services.identity.domains.api import DomainController, DomainLinkController
from services.identity.endings.api import EndingController
from services.identity.links.api import LinkController
from services.identity.memberships.api import MembershipController
from services.identity.oauth.api import OAuthController
from services.identity.openid import OpenId
from services.identity.passkeys.api import PasskeyController
from services.identity.providers.api import ProviderController, SingleSignOnController
from services.identity.sign_ins.api import InvitationTokenController, SignInController
from services.identity.sign_ons.api import BackChannelController, SignOnController, TrialController
from services.identity.tenants.api import TenantController
from services.identity.tenants.queries import tenant_by_slug
from services.identity.tokens.commands import Issuer


def create(resources: Resources) -> Litestar:
    settings = resources.settings
    engine, sessions = connect(settings, "identity")
    issuer = Issuer(settings)
    openid = OpenId(Outgoing(Allowed(settings.outgoing_allowed)))

    async def hang_up(_: Litestar) -> None:
        await openid.close()

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
        ProviderController,
        SingleSignOnController,
        DomainController,
        DomainLinkController,
        SignOnController,
        TrialController,
    ]
    ours = Router(
        "/",
        route_handlers=[
            OAuthController,
            BackChannelController,
            Router("/api/v1/{tenant:str}", route_handlers=in_a_tenant),
        ],
        dependencies={
            "settings": Provide(lambda: settings, sync_to_thread=False),
            "sessions": Provide(lambda: sessions, sync_to_thread=False),
            "verifier": Provide(lambda: resources.verifier, sync_to_thread=False),
            "openid": Provide(lambda: openid, sync_to_thread=False),
            "issuer": Provide(lambda: issuer, sync_to_thread=False),
        },
    )
    app = create_app(
        "identity",
        [ours],
        engine=engine,
        sessions=sessions,
        verifier=resources.verifier,
        tenant_of=tenant_by_slug(sessions),
        secure=settings.secure,
    )
    app.on_shutdown.append(hang_up)
    return app
