"""Screens of the demonstration: each person has their own browser."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.demonstration import Demonstration
from tests.browser.screen import Screen

LOCALES = {"fr": "fr-FR", "ar": "ar-MA", "en": "en-GB"}  # how the browser itself writes dates

OpenScreen = Callable[..., Screen]


@pytest.fixture
def open_screen(chromium: Browser, demonstration: Demonstration) -> Iterator[OpenScreen]:
    """Yield what opens somebody's browser; none of them may have complained at the end (scripts, policy).

    What each saw last is kept, for whoever wonders why a test failed.
    """
    contexts, screens = [], []

    def open_screen(language: str, folder: str, **settings: object) -> Screen:
        context = chromium.new_context(**{"locale": LOCALES[language]} | settings)  # type: ignore[arg-type] # its names
        contexts.append(context)
        screens.append(Screen(context, demonstration.base_url, language, folder))
        return screens[-1]

    yield open_screen
    for number, screen in enumerate(screens, 1):
        screen.picture(f"last-{number}")
    for context in contexts:
        context.close()
    assert [fault for screen in screens for fault in screen.faults] == []


@pytest.fixture
def signed_in(demonstration: Demonstration, open_screen: OpenScreen) -> OpenScreen:
    """Return what opens the browser of a persona of `jni` who has signed in by their own link."""

    def signed_in(language: str, folder: str, role: str, organisation: str | None) -> Screen:
        screen = open_screen(language, folder)
        screen.sign_in(demonstration.persona(role, organisation).sign_in_in(demonstration.base_url, language))
        return screen

    return signed_in
