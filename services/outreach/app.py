"""Composition root of the HTTP process."""

from litestar import Litestar

from libs.db.tenancy import connect
from libs.resources import Resources
from libs.tenants.queries import tenant_by_slug
from libs.web.app import create_app
from services.outreach.letters.api import get_letters, post_sending, previews
from services.outreach.letters.catalogue import read_catalogue


def create(resources: Resources) -> Litestar:
    engine, sessions = connect(resources.settings, "outreach")
    return create_app(
        "outreach",
        [get_letters, post_sending, previews(read_catalogue())],
        engine=engine,
        sessions=sessions,
        verifier=resources.verifier,
        tenant_of=tenant_by_slug(sessions),
        secure=resources.settings.secure,
    )
