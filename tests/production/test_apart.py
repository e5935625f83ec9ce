"""`make up`: the services apart, whose processes may die or be replaced while people work."""

import asyncio
import os
import signal
import threading
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec import Struct
from uuid_utils.compat import uuid7

from infra.production.place import read_place
from infra.production.processes import MIGRATE, PROCESSES
from libs.config import SERVICES, read_settings
from libs.db.tenancy import connect, unit_of_work
from libs.identity import Principal
from libs.tenants.queries import tenant_by_slug
from services.editions.editions.commands import RecordEdition, record_edition
from services.editions.panels.commands import RecordPanel, record_panel
from tests.infra.instance import command
from tests.production.apart import WAITS, Apart, Visitor

pytestmark = [pytest.mark.timeout(900), pytest.mark.storm]

PANELS = 3
DAY = ("--country", "MA", "--timezone", "Africa/Casablanca", "--administrator", "ada@x.org")
KILLED = [*(f"infra.web {service}" for service in SERVICES), *(f"infra.worker {service}" for service in SERVICES)]
KILLED += ["infra.standing", "pgbouncer", "nginx: master"]


class Salon(Struct, frozen=True):
    """A day with one edition that was held, and its administrator."""

    slug: str
    administrator: Visitor

    def path(self, path: str) -> str:
        return f"/api/v1/{self.slug}{path}"

    def clone(self, origin: str, slug: str, starts_on: date) -> None:
        """Have the next edition made, and wait until every service has copied its share."""
        command = {
            "clone_of": origin,
            "slug": slug,
            "starts_on": starts_on.isoformat(),
            "ends_on": (starts_on + timedelta(days=1)).isoformat(),
            "city": {"fr": "Rabat"},
            "region": "rabat-sale-kenitra",
        }
        made = self.administrator.sure("POST", self.path("/editions"), command)
        assert made["slug"] == slug
        until = time.monotonic() + WAITS
        while not self.administrator.sure("GET", self.path(f"/editions/{slug}/cloning"))["done"]:
            assert time.monotonic() < until


@pytest.fixture
def salon(apart: Apart) -> Salon:
    slug = f"salon-{uuid7().hex[-8:]}"
    said = apart.command("tenant", "create", slug, "--name", "fr=Salon", "--administrator-name", "Ada", *DAY)
    asyncio.run(_record_edition(apart, slug))
    administrator = Visitor(apart.base_url)
    administrator.sign_in(slug, said.split()[-1])
    return Salon(slug, administrator)


async def _record_edition(apart: Apart, slug: str) -> None:
    settings = read_settings(
        {
            "MOUSSEM_DATABASE_URL": apart.environ["MOUSSEM_DIRECT_DATABASE_URL"],
            "MOUSSEM_KEY_FILE": str(apart.data / "secrets/key"),
        }
    )
    engine, sessions = connect(settings, "editions")
    async with asyncio.timeout(WAITS):
        while (tenant_id := await tenant_by_slug(sessions)(slug)) is None:  # noqa: ASYNC110 (it is in the database)
            await asyncio.sleep(0.05)
    founder = Principal(tenant_id=tenant_id, tenant=slug, role="administrator")
    now = datetime(2025, 3, 3, 12, tzinfo=UTC)
    held = RecordEdition(
        slug="2025",
        ordinal=1,
        starts_on=date(2025, 11, 3),
        ends_on=date(2025, 11, 4),
        city={"fr": "Rabat"},
        region="rabat-sale-kenitra",
        theme={"fr": "Le Made in Morocco"},
    )
    async with unit_of_work(sessions, tenant_id) as session:
        edition = await record_edition(session, founder, held, now)
        for number in range(1, PANELS + 1):
            panel = RecordPanel(slug=f"panel-{number}", ordinal=number, title={"fr": f"Panel {number}"})
            await record_panel(session, founder, edition.id, panel, now)
    await engine.dispose()


def test_any_one_process_may_be_killed_while_editions_are_made_and_nothing_acknowledged_is_lost(
    apart: Apart, salon: Salon
) -> None:
    origin, year = "2025", date(2027, 5, 3)
    for number, words in enumerate(KILLED):
        os.kill(apart.process_of(words), signal.SIGKILL)
        slug = f"{year.year + number}"
        salon.clone(origin, slug, year.replace(year=year.year + number))
        origin = slug

    assert len(KILLED) == len(PROCESSES) - 1, "each of the table but the one that ends"
    editions = salon.administrator.sure("GET", salon.path("/editions"))["items"]
    assert Counter(each["slug"] for each in editions) == {str(year.year + n): 1 for n in range(len(KILLED))} | {
        "2025": 1
    }
    panels = salon.administrator.sure("GET", salon.path(f"/editions/{origin}/panels"))["items"]
    assert len(panels) == PANELS
    assert apart.command("events", "parked") == "moussem: 0 parked\n"


def test_every_process_is_replaced_without_a_failed_request(apart: Apart, salon: Salon) -> None:
    before = {words: apart.process_of(words) for words in KILLED if words.startswith("infra.")}
    done, answers, made = threading.Event(), Counter[int](), list[str]()

    def read() -> None:
        reader = Visitor(apart.base_url)
        paths = ("/fr", salon.path(""), salon.path("/editions"), "/oauth/jwks")
        while not done.is_set():
            answers.update(reader.ask("GET", path).status_code for path in paths)

    def write() -> None:
        while not done.is_set():
            slug = f"o-{len(made)}"
            organisation = {"slug": slug, "kind": "federation", "name": {"fr": "Fédération"}}
            answer = salon.administrator.ask("POST", salon.path("/organisations"), organisation)
            answers[answer.status_code] += 1
            made.append(slug)

    people = [threading.Thread(target=each) for each in (read, write)]
    for person in people:
        person.start()
    apart.process.send_signal(signal.SIGHUP)
    apart.says("every service's processes are new")
    done.set()
    for person in people:
        person.join()

    assert max(answers) < 400, answers
    assert answers[201] == len(made) > 0
    assert all(apart.process_of(words) != pid for words, pid in before.items())


def test_commands_beside_it_find_it_by_its_data_folder(apart: Apart) -> None:
    assert apart.command("migrate") == ""
    assert "editions has told" in apart.command("events", "announce", "--service", "editions")


def test_the_doctor_finds_it_well_but_for_a_mail_server_that_is_not_there(apart: Apart) -> None:
    migrating = next(process for process in PROCESSES if process.name == MIGRATE)
    as_in_a_container = read_place(apart.environ, demo=False).environment(migrating)
    for environ in (apart.environ, as_in_a_container):
        _is_well(*command(environ, "doctor").stdout.splitlines())


def _is_well(*said: str) -> None:
    *found, last = said
    assert all(line.startswith("moussem: The mail server at 127.0.0.1:25 does not answer") for line in found), found
    assert last == ("moussem: 1 to mend" if found else "moussem: all is well")
