"""One request of a signed-in person to the workspace: who, in which language, with which services to ask."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct

from libs.db.tenancy import Sessions, unit_of_work
from libs.i18n.languages import LANGUAGES
from libs.i18n.text import Text
from libs.permissions import ACTIONS
from libs.regions import regions_of
from libs.resources import Resources
from libs.web.authorization import TenantOf
from libs.zones import wall
from services.portal.composing import Refused, Services
from services.portal.editions.domain import is_record
from services.portal.public.content import Day
from services.portal.public.queries import OrganisationName, day_for_public, organisation_names
from services.portal.rendering import Rendering
from services.portal.sign_ins.commands import Current, resume
from services.portal.sign_ins.domain import form_token, is_form_token

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
HTML = "text/html"  # Litestar adds the charset
FORM_FIELD = "form_token"


OF_RECORDS = {"of_records": True}  # on handlers that also show an edition that is only a record


class SignInAgain(Exception):
    """Nobody is signed in (any more): the page is asked for again after signing in."""


class FormForged(Exception):
    """A form came from elsewhere, or without what we put into it."""


class OnlyARecord(Exception):
    """An edition was held before its day came here: what is asked for does not exist of it."""

    def __init__(self, visit: "Visit", edition: dict[str, Any]) -> None:
        super().__init__(edition["slug"])
        self.visit = visit
        self.edition = edition


class Doorway(Struct, frozen=True):
    """What the portal's handlers share: wired once, in app.py."""

    resources: Resources
    sessions: Sessions
    tenant_of: TenantOf
    rendering: Rendering

    def services(self, tenant: str, language: str, token: str | None = None) -> Services:
        return Services(self.resources.peers, tenant, language, token)

    def cookie(self, tenant: str) -> str:
        """Return the name of a day's cookie; `__Host-` needs TLS, which a demonstration on loopback has not."""
        return f"__Host-moussem-{tenant}" if self.resources.settings.secure else f"moussem-{tenant}"


class Visit(Struct, frozen=True, kw_only=True):
    """`day` is for the head of the page; `services` are asked on behalf of who is signed in."""

    language: str
    tenant: str
    day: Day
    path: str
    sign_in: Current
    services: Services
    rendering: Rendering
    editions: list[dict[str, Any]]  # the latest first
    organisations: dict[str, OrganisationName]  # by id
    today: date  # in the day's place

    def may(self, action: str) -> bool:
        """Whether a menu offers something; whether it is allowed, each service decides for itself."""
        return self.role in ACTIONS[action]

    def wall(self, instant: str) -> datetime:
        """Return what the clock on the wall of the day's place shows at an instant, as it stands in JSON."""
        return wall(datetime.fromisoformat(instant), self.day.timezone)

    async def items_if(self, action: str, path: str, **query: str) -> list[Any]:
        """Return a whole list where the visitor may see it, none elsewhere."""
        return await self.services.items(path, **query) if self.may(action) else []

    def is_record(self, edition: dict[str, Any]) -> bool:
        """Whether an edition is read here, and not worked on."""
        return is_record(edition, self.today)

    @property
    def regions(self) -> dict[str, Text]:
        """Return the names of the country's regions by their ids."""
        return {each.id: each.name for each in regions_of(self.day.country)}

    def edition(self, slug: str) -> dict[str, Any]:
        """Return the edition that an address names; 404 where the visitor knows none of that name."""
        found = next((each for each in self.editions if slug in (each["slug"], each["id"])), None)
        if found is None:
            raise NotFoundException
        return found

    @property
    def role(self) -> str:
        return str(self.sign_in.membership.get("role", "viewer"))

    @property
    def organisation_id(self) -> str | None:
        return self.sign_in.membership.get("organisation_id")

    @property
    def root(self) -> str:
        """Return the address of the workspace, without a slash at its end."""
        return f"/{self.language}/{self.tenant}/workspace"

    def page(
        self, template: str, *, here: str = "", edition: dict[str, Any] | None = None, status: int = 200, **facts: Any
    ) -> Response[bytes]:
        """Answer with a page; `here` is its entry in the menu, and without an `edition` the latest stands above it.

        Templates know this visit as `visit` and put `form_token` into each form.
        """
        around = {
            "visit": self,
            "day": self.day,
            "here": here,
            "edition": edition or (self.editions[0] if self.editions else None),
            "form_token": form_token(self.sign_in.key),
        }
        body = self.rendering.page(template, self.language, **around, **facts)
        return Response(body, status_code=status, media_type=HTML, headers={"cache-control": "no-store"})

    def go(self, path: str) -> Redirect:
        """Answer a form that took effect: see the page at `path` (below the workspace) next."""
        return Redirect(f"{self.root}{path}", status_code=303)


def visits(doorway: Doorway) -> Callable[..., Awaitable[Visit]]:
    """Return the dependency `visit` of every handler of the workspace."""

    async def visit(
        request: Request[Any, Any, Any], language: FromPath[str], tenant: FromPath[str], now: NamedDependency[datetime]
    ) -> Visit:
        require_language(language)
        found = await _look_up(doorway, request, language, tenant, now)
        if found.sign_in is None:
            raise SignInAgain
        if request.method not in SAFE:
            await require_own_form(request, found.sign_in.key)
        services = doorway.services(tenant, language, found.sign_in.token)
        visit = Visit(
            language=language,
            tenant=tenant,
            day=found.day,
            path=request.url.path,
            sign_in=found.sign_in,
            services=services,
            rendering=doorway.rendering,
            editions=await services.items("/editions"),
            organisations=found.organisations,
            today=wall(now, found.day.timezone).date(),
        )
        _require_work(visit, request)
        return visit

    return visit


def _require_work(visit: Visit, request: Request[Any, Any, Any]) -> None:
    """Return if there is something to see or do of the edition in the address; raise `OnlyARecord` if not."""
    slug = request.path_params.get("edition")
    if slug is None or "of_records" in request.route_handler.opt:
        return
    edition = visit.edition(slug)
    if visit.is_record(edition):
        raise OnlyARecord(visit, edition)


def require_language(language: str) -> None:
    if language not in LANGUAGES:
        raise NotFoundException


async def require_day(doorway: Doorway, tenant: str) -> Day:
    """Return the day of an address; 404 where there is none."""
    tenant_id = await doorway.tenant_of(tenant)
    if tenant_id is None:
        raise NotFoundException
    async with unit_of_work(doorway.sessions, tenant_id) as session:
        day = await day_for_public(session)
    if day is None:
        raise NotFoundException
    return day


async def require_own_form(request: Request[Any, Any, Any], secret: str) -> None:
    """Return if the request carries what our page put into its form, or raise `FormForged`."""
    carried = request.headers.get("x-form-token") or (await request.form()).get(FORM_FIELD, "")
    if not is_form_token(secret, str(carried)):
        raise FormForged


def require_same_origin(request: Request[Any, Any, Any], base_url: str) -> None:
    """Refuse to change anything for a page that is not ours (Fetch Metadata; `Origin` from browsers without it)."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site == "same-origin" or (site is None and origin == base_url):
        return
    raise FormForged


class _Found(Struct, frozen=True):
    """What our own tables say at the beginning of a visit."""

    day: Day
    sign_in: Current | None = None
    organisations: dict[str, OrganisationName] = {}


async def _look_up(
    doorway: Doorway, request: Request[Any, Any, Any], language: str, tenant: str, now: datetime
) -> _Found:
    tenant_id = await doorway.tenant_of(tenant)
    browsers_key = request.cookies.get(doorway.cookie(tenant), "")
    if tenant_id is None:
        raise NotFoundException
    async with unit_of_work(doorway.sessions, tenant_id) as session:
        day = await day_for_public(session)
        if day is None:
            raise NotFoundException
        if not browsers_key:
            return _Found(day)
        services = doorway.services(tenant, language)
        try:
            key = doorway.resources.settings.key
            current = await resume(session, browsers_key, services, now, key)
        except Refused as refused:
            if refused.status >= 500:  # noqa: PLR2004 (identity is away, which signs nobody out)
                raise
            return _Found(day)  # identity has ended it
        return _Found(day, current, await organisation_names(session))
