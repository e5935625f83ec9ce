"""The HTTP process of this service. What is released lies in front of it as bytes."""

from libs.db.tenancy import connect
from libs.published.serving import Published
from libs.resources import Resources
from libs.tenants.queries import tenant_by_slug
from libs.web.app import create_app
from libs.web.paths import API
from services.scheduling.approvals.api import routes as approvals
from services.scheduling.drafts.api import DraftController
from services.scheduling.releases.api import ReleaseController
from services.scheduling.rooms.api import RoomController
from services.scheduling.sessions.api import SessionController


def create(resources: Resources) -> Published:
    engine, sessions = connect(resources.settings, "scheduling")
    tenant_of = tenant_by_slug(sessions)
    app = create_app(
        "scheduling",
        [RoomController, SessionController, DraftController, *approvals, ReleaseController],
        engine=engine,
        sessions=sessions,
        verifier=resources.verifier,
        tenant_of=tenant_of,
        secure=resources.settings.secure,
    )
    return Published(
        app,
        settings=resources.settings,
        service="scheduling",
        sessions=sessions,
        tenant_of=tenant_of,
        place=tenant_in_release_path,
    )


def tenant_in_release_path(path: str) -> str | None:
    """Return the slug of the day whose export may lie at a path: `…/editions/{edition}/releases/{number}/{file}`."""
    parts = path.removeprefix(f"{API}/").split("/")
    of_release = len(parts) == 6 and parts[1] == "editions" and parts[3] == "releases"  # noqa: PLR2004 (see above)
    return parts[0] if of_release and path.startswith(f"{API}/") else None
