"""P24: whatever opens a mailed link first, its reader can still use it."""

import httpx2
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenScreen

pytestmark = pytest.mark.browser

VIEWER = "sami.haddad@press.example"


def test_a_scanner_that_opens_a_link_before_its_reader_uses_nothing_up(open_screen: OpenScreen) -> None:
    """P24."""
    screen = open_screen("en", "mailed-links")
    earlier = screen.letters_to(VIEWER)
    screen.open("/en/jni/sign-in")
    screen.field("E-mail address").fill(VIEWER)
    screen.press("Send me a link")
    screen.reads("Look into your mailbox")
    screen.open_letter_to(VIEWER, beyond=earlier)
    address = screen.page.get_by_role("link", name=screen.base_url).first.get_attribute("href") or ""
    for method in ("HEAD", "GET", "GET"):
        opened = httpx2.request(method, address, headers={"user-agent": "scanner"})
        assert (opened.status_code, "set-cookie" in opened.headers) == (200, False)

    screen.sign_in(address)
    expect(screen.page.get_by_role("banner")).to_contain_text("Sami Haddad")


def test_a_link_that_was_used_leads_to_another_one(open_screen: OpenScreen) -> None:
    screen = open_screen("en", "mailed-links")
    screen.open("/en/jni/sign-in/no-such-link")
    screen.press("Sign in")
    screen.reads("This link does not open any more")
    screen.follow("Ask for another link")
    screen.reads("Sign in by a link")
