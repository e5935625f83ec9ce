"""Somebody's own browser on the platform, in one language."""

import re
import time
from pathlib import Path
from typing import Literal

import httpx2
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, expect

from libs.i18n.catalogues import translations, translator
from tests.browser.patience import have_patience

PICTURES = Path("build/screenshots")
_WIDE, _PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 780}
_WITHIN = 60.0  # seconds, until what was done elsewhere can be seen

Role = Literal["button", "link", "heading"]


class Screen:
    """A page, its texts by their English, and pictures of it. `faults` is what the browser complained of."""

    def __init__(self, context: BrowserContext, base_url: str, language: str, folder: str) -> None:
        self.language = language
        self.base_url = base_url
        self.faults: list[str] = []
        self._context = context
        self._folder = folder
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.faults.append(str(error.error)))
        self.page: Page = context.new_page()

    def another_tab(self) -> "Screen":
        """Return a second page of the same browser: whoever is signed in here is signed in there."""
        return Screen(self._context, self.base_url, self.language, self._folder)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:  # a refusal is no fault
            self.faults.append(f"{message.text} ({self.page.url})")

    def tries_again(self) -> list[str]:
        """Have whoever sits here try again while nobody answers; return what was not answered, as it comes to be."""
        return have_patience(self._context)

    def open(self, path: str) -> None:
        """Go to an address of the platform, given whole or from its first slash."""
        self.page.goto(path if path.startswith("http") else self.base_url + path)

    def say(self, english: str, **facts: object) -> str:
        """Return a text of the platform in this screen's language."""
        said = translator(self.language)(english)
        return said % facts if facts else said

    def count(self, one: str, many: str, number: int) -> str:
        """Return a text that has a number in it."""
        return translations(self.language).ngettext(one, many, number) % {"num": number}

    def named(self, role: Role, english: str, **facts: object) -> Locator:
        """Return what has a role and a text of the platform for its name, whatever else is in the name."""
        return self.page.get_by_role(role, name=self.say(english, **facts))

    def press(self, english: str, **facts: object) -> None:
        self.named("button", english, **facts).first.click()

    def follow(self, english: str, **facts: object) -> None:
        self.named("link", english, **facts).first.click()

    def field(self, english: str) -> Locator:
        """Return the field with that label."""
        return self.page.get_by_label(self.say(english), exact=True)

    def reads(self, english: str, **facts: object) -> None:
        """Expect the title of the page."""
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(self.say(english, **facts))

    def reload_until(self, awaited: Locator) -> None:
        """Load the page again until something can be seen that comes to it from elsewhere."""
        until = time.monotonic() + _WITHIN
        while not awaited.is_visible() and time.monotonic() < until:
            self.page.reload()
        expect(awaited).to_be_visible()

    def picture(self, name: str) -> None:
        """Keep what can be seen now, on a wide screen and on a phone, whole."""
        for width, size in (("phone", _PHONE), ("wide", _WIDE)):  # the wide one stays
            self.page.set_viewport_size(size)  # type: ignore[arg-type] # a TypedDict of the same fields
            self.page.screenshot(path=PICTURES / self._folder / f"{name}-{self.language}-{width}.png", full_page=True)

    def sign_in(self, address: str) -> None:
        """Use up a link that signs in, by its button."""
        self.open(address)
        self.press("Sign in")
        self.page.wait_for_url(re.compile(r"/workspace"))

    def http(self) -> httpx2.Client:
        """Return a client that is signed in as this browser is."""
        cookies = {each["name"]: each["value"] for each in self._context.cookies()}
        return httpx2.Client(base_url=self.base_url, cookies=cookies, timeout=30)

    def letters_to(self, email: str) -> int:
        """Count the letters to an address that lie in the demonstration's mailbox."""
        return self._letters(email).count()

    def open_letter_to(self, email: str, *, beyond: int = 0) -> None:
        """Open the latest letter to an address, as soon as there are more than `beyond`."""
        letters = self._letters(email)
        self.reload_until(letters.nth(beyond))
        letters.first.click()

    def _letters(self, email: str) -> Locator:
        self.open("/dev/mailbox")
        return self.page.get_by_role("listitem").filter(has_text=email).get_by_role("link")

    def follow_its_link(self) -> None:
        """Follow the one link of a letter that is open."""
        self.page.get_by_role("link", name=self.base_url).first.click()
