"""The HTTP process of this service."""

from litestar import Litestar, Router
from litestar.di import Provide

from libs.db.tenancy import connect
from libs.resources import Resources
from libs.tenants.queries import tenant_by_slug
from libs.web.app import create_app
from services.stakeholders.calls.api import CallController
from services.stakeholders.invitations.api import InvitationController
from services.stakeholders.invitations.commands import Letterhead
from services.stakeholders.nominations.api import CallNominationController, NominationController
from services.stakeholders.organisations.api import OrganisationController
from services.stakeholders.people.api import PersonController
from services.stakeholders.quotas.api import QuotaController


def create(resources: Resources) -> Litestar:
    engine, sessions = connect(resources.settings, "stakeholders")
    letterhead = Letterhead(resources.settings.base_url, resources.settings.key)
    letters = {"letterhead": Provide(lambda: letterhead, sync_to_thread=False)}
    return create_app(
        "stakeholders",
        [
            OrganisationController,
            PersonController,
            CallController,
            QuotaController,
            CallNominationController,
            NominationController,
            Router("/", route_handlers=[InvitationController], dependencies=letters),
        ],
        engine=engine,
        sessions=sessions,
        verifier=resources.verifier,
        tenant_of=tenant_by_slug(sessions),
        secure=resources.settings.secure,
    )
