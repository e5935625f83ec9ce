"""`make up` carries the whole journey, while one process after another is killed under it."""

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from infra.production.processes import MIGRATE, PROCESSES
from tests.browser.conftest import OpenScreen
from tests.browser.demonstration import Demonstration, told_in
from tests.browser.journey.living import live_a_year
from tests.browser.screen import Screen
from tests.production.apart import WAITS, Apart
from tests.production.servers import need

pytestmark = [pytest.mark.browser, pytest.mark.storm, pytest.mark.timeout(1800)]

_RESTS = 3.0  # seconds between two deaths, so that people get on in between
_PROGRAMS = {"pooler": "pgbouncer", "proxy": "nginx: master", "standing": "infra.standing"}


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    """Yield the services apart, with the demonstration."""
    need("PostgreSQL", "RabbitMQ", "rabbitmqctl", "nginx", "pgbouncer")
    with Apart(tmp_path_factory.mktemp("apart"), "--demo") as apart:
        apart.says("stops everything")
        yield apart


@pytest.fixture(scope="module")
def demonstration(apart: Apart) -> Demonstration:
    return told_in(apart.data)


@pytest.fixture
def open_screen(open_screen: OpenScreen) -> OpenScreen:
    """Return what opens the browser of somebody who tries again when told that nobody answers just now."""

    def open_patient_screen(language: str, folder: str) -> Screen:
        screen = open_screen(language, folder)
        screen.tries_again()
        return screen

    return open_patient_screen


class Killer:
    """Kills each process of the table in turn, again and again, until told to rest; counts how often each died."""

    def __init__(self, apart: Apart) -> None:
        self.died = dict.fromkeys((each.name for each in PROCESSES if each.name != MIGRATE), 0)
        self._apart = apart
        self._rest = threading.Event()
        self._killing = threading.Thread(target=self._kill)

    def _kill(self) -> None:
        names = list(self.died)
        while not self._rest.wait(_RESTS):
            name = names[sum(self.died.values()) % len(names)]
            os.kill(self._process(name), signal.SIGKILL)
            self.died[name] += 1

    def start(self) -> None:
        self._killing.start()

    def rest(self) -> None:
        self._rest.set()
        self._killing.join()

    def _process(self, name: str) -> int:
        """Return the process of that name, as soon as it is there."""
        service, _, kind = name.rpartition("-")
        words, until = _PROGRAMS.get(name, f"infra.{kind} {service}"), time.monotonic() + WAITS
        while time.monotonic() < until:
            try:
                return self._apart.process_of(words)
            except StopIteration:
                time.sleep(0.1)
        raise AssertionError(f"{name} did not come back")


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_the_whole_journey_succeeds_while_every_process_is_killed_in_turn(
    apart: Apart, demonstration: Demonstration, open_screen: OpenScreen, signed_in: OpenScreen, language: str
) -> None:
    killer = Killer(apart)
    killer.start()
    try:
        live_a_year(demonstration, open_screen, signed_in, language, in_a_storm=True)
    finally:
        killer.rest()
    assert min(killer.died.values()) > 0, killer.died
    assert apart.command("events", "parked") == "moussem: 0 parked\n"
