"""P30: nothing is changed without what we put into the form; who is not signed in (any more) sees a full page."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenScreen
from tests.browser.demonstration import Demonstration
from tests.browser.screen import Screen
from tests.browser.wandering import wander

pytestmark = pytest.mark.browser

# Sends each form of the page as the browser would, but without what we put into it; returns how each was answered.
BARE_FORMS = """
async () => {
  const answers = []
  for (const form of document.querySelectorAll("form[method=post]")) {
    const typed = new URLSearchParams(new FormData(form))
    typed.delete("form_token")
    const answer = await fetch(form.action, {method: "POST", body: typed, redirect: "manual"})
    answers.push([new URL(form.action).pathname, answer.status, (await answer.text()).slice(0, 15)])
  }
  return answers
}
"""


@pytest.mark.parametrize(("role", "organisation"), [("co_organiser", "mic"), ("representative", "amica")])
def test_no_form_of_the_workspace_is_taken_without_its_token(
    signed_in: OpenScreen, role: str, organisation: str
) -> None:
    """P30."""
    screen = signed_in("fr", "forms", role, organisation)
    with screen.http() as http:
        pages = wander(http, "/fr/jni/workspace", "/fr/jni/workspace", of_a_kind=1)
    answers: list[Any] = []
    for page in pages:
        screen.open(page.path)
        answers += screen.page.evaluate(BARE_FORMS)
    taken = [each for each in answers if each[1:] != [403, "<!doctype html>"]]
    assert taken == []
    assert len({re.sub(r"[0-9a-f-]{36}", "", address) for address, *_ in answers}) > 1


def test_a_form_of_another_site_is_refused_where_nobody_is_signed_in_yet(
    demonstration: Demonstration, open_screen: OpenScreen
) -> None:
    """P30: what has no sign-in has no token; the browser itself says where such a form comes from."""
    screen = open_screen("fr", "forms")
    for path in ("/fr/jni/sign-in", "/fr/jni/sign-in/some-link", "/fr/jni/invitation/some-link"):
        address = demonstration.base_url + path
        screen.page.goto("about:blank")
        screen.page.set_content(f'<form method="post" action="{address}"><button>Go</button></form>')
        with screen.page.expect_response(address) as answer:
            screen.page.get_by_role("button").click()
        assert answer.value.status == 403, path
        screen.reads("You may not do this")


def test_who_signs_out_in_one_tab_is_asked_who_they_are_in_the_other_on_a_full_page(
    signed_in: OpenScreen,
) -> None:
    """P30: a part of a page that htmx asks for must not be filled with a sign-in."""
    screen = signed_in("fr", "forms", "co_organiser", "mic")
    cloned = f"{screen.named('link', 'Edition').first.get_attribute('href')}/cloning"
    screen.open(cloned)
    other = screen.another_tab()
    other.open("/fr/jni/workspace")
    sign_out(other)
    fragment = screen.page.evaluate(
        """async address => {
          const answer = await fetch(address, {headers: {"hx-request": "true"}})
          return [answer.status, await answer.text(), answer.headers.get("hx-redirect")]
        }""",
        f"{cloned}/steps",
    )
    assert fragment[:2] == [401, ""]
    assert "/fr/jni/sign-in" in fragment[2]
    screen.page.reload()
    screen.reads("Sign in by a link")


def test_going_back_after_signing_out_shows_nothing_of_the_workspace(signed_in: OpenScreen) -> None:
    """P30."""
    screen = signed_in("fr", "forms", "co_organiser", "mic")
    screen.follow("Organisations")
    screen.follow("Letters")
    sign_out(screen)
    expect(screen.page).to_have_url(re.compile("/fr/jni$"))
    screen.page.go_back()
    screen.reads("Sign in by a link")
    expect(screen.page.get_by_role("navigation", name=screen.say("Workspace"))).to_have_count(0)


def sign_out(screen: Screen) -> None:
    screen.page.locator("details.me summary").click()
    screen.press("Sign out")
    screen.page.wait_for_load_state()
