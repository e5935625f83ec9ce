"""The HTTP process of this service."""

from litestar import Litestar

from libs.db.tenancy import connect
from libs.resources import Resources
from libs.tenants.queries import tenant_by_slug
from libs.web.app import create_app
from services.editions.approvals.api import routes as approvals
from services.editions.cloning.api import routes as cloning
from services.editions.commitments.api import commitments
from services.editions.editions.api import EditionController
from services.editions.panels.api import PanelController


def create(resources: Resources) -> Litestar:
    engine, sessions = connect(resources.settings, "editions")
    return create_app(
        "editions",
        [EditionController, PanelController, *cloning, commitments, *approvals],
        engine=engine,
        sessions=sessions,
        verifier=resources.verifier,
        tenant_of=tenant_by_slug(sessions),
        secure=resources.settings.secure,
    )
