"""A passkey on the browser's own (virtual) device: made on the account page, used on the sign-in page."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenScreen
from tests.browser.demonstration import Demonstration
from tests.browser.screen import Screen

pytestmark = pytest.mark.browser

# https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn/
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def with_device(open_screen: OpenScreen, demonstration: Demonstration) -> Callable[[str], tuple[Screen, Any]]:
    """Return what opens a screen at a name (browsers know passkeys by names only) and its device's controls."""

    def with_device(language: str) -> tuple[Screen, Any]:
        screen = open_screen(language, "passkeys")
        screen.base_url = demonstration.base_url.replace("127.0.0.1", "localhost")
        controls = screen.page.context.new_cdp_session(screen.page)
        controls.send("WebAuthn.enable")
        made = controls.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})

        def verified(*, verified: bool) -> None:
            told = {"authenticatorId": made["authenticatorId"], "isUserVerified": verified}
            controls.send("WebAuthn.setUserVerified", told)

        return screen, verified

    return with_device


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_it_is_made_on_the_account_page_and_signs_in_without_a_letter(
    with_device: Callable[[str], tuple[Screen, Any]], demonstration: Demonstration, language: str
) -> None:
    screen, verified = with_device(language)
    persona = demonstration.persona("representative", "gimas")
    address = persona.sign_in_in(demonstration.base_url, language)
    screen.sign_in(address.replace(demonstration.base_url, screen.base_url))
    account = f"/{language}/jni/workspace/account"
    screen.open(account)
    screen.field("Name of the passkey").fill(f"Tablet {language}")
    screen.press("Make a passkey")
    expect(screen.page.get_by_role("status")).to_contain_text(
        screen.say("The passkey is kept: it signs you in from now on.")
    )
    screen.picture("kept")

    sign_out(screen)
    screen.open(account)
    screen.reads("Sign in by a link")
    verified(verified=False)
    screen.press("Sign in with a passkey")
    expect(screen.page.get_by_role("alert")).to_contain_text(
        screen.say("No passkey was used. Try again, or ask for a link.")
    )
    screen.picture("not-verified")
    verified(verified=True)
    screen.press("Sign in with a passkey")
    expect(screen.page).to_have_url(re.compile(r"/workspace/account$"))
    expect(screen.page.get_by_role("main")).to_contain_text(screen.say("by a passkey"))

    row = screen.page.get_by_role("row").filter(has_text=f"Tablet {language}")
    row.get_by_role("button", name=screen.say("Remove")).click()
    expect(screen.page.get_by_role("status")).to_contain_text(screen.say("The passkey signs in no more."))
    sign_out(screen)
    screen.open(f"/{language}/jni/sign-in")
    screen.press("Sign in with a passkey")
    expect(screen.page.get_by_role("alert").first).to_contain_text(
        screen.say("This passkey is not one that signs in here.")
    )
    screen.picture("removed")


def sign_out(screen: Screen) -> None:
    screen.page.locator("details.me summary").click()
    screen.press("Sign out")
    screen.page.wait_for_url(re.compile(r"/jni$"))
