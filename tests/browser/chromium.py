"""The one browser of the tests. Where none is found the tests that need it are skipped; with CI=true they fail."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

_NAMES = ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
_PATIENCE = 30_000  # milliseconds that an expectation waits: a busy machine is no fault of a page


@pytest.fixture(scope="module")  # Playwright keeps a loop running in this thread, so async tests wait for its end
def chromium() -> Iterator[Browser]:
    """Start the browser."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        reason = "no browser is here: apt-get install chromium"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(_ARGUMENTS))
        yield browser
        browser.close()
