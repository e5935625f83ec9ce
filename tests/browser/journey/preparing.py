"""An edition is made from the last one, announced, and given a theme that both have signed."""

import re

from playwright.sync_api import expect

from tests.browser.journey.people import Journey
from tests.browser.screen import Screen

THEMES = {
    "fr": "Industrie {year} : produire ici, vendre partout",
    "ar": "صناعة {year}: ننتج هنا ونبيع في كل مكان",
    "en": "Industry {year}: made here, sold everywhere",
}


def sign_in_by_a_mailed_link(journey: Journey) -> Screen:
    """Ask for a link where the workspace asks who one is; follow it from the mailbox."""
    screen = journey.reader(journey.language)
    email = "anas.berrada@cgem.example"
    earlier = screen.letters_to(email)
    screen.open(journey.workspace())
    screen.reads("Sign in by a link")
    screen.picture("1a-asked-who-one-is")
    screen.field("E-mail address").fill(email)
    screen.press("Send me a link")
    screen.reads("Look into your mailbox")
    screen.picture("1b-link-sent")
    screen.open_letter_to(email, beyond=earlier)
    screen.picture("1c-letter")
    screen.follow_its_link()
    screen.reads("You are about to sign in")
    screen.picture("1d-link-followed")
    screen.press("Sign in")
    expect(screen.page).to_have_url(re.compile(r"/workspace$"))
    screen.picture("1e-today")
    return screen


def invite_a_representative(journey: Journey, ministry: Screen) -> None:
    """Invite somebody to act for a federation; their letter leads them to its nominations."""
    ministry.follow("Organisations")
    ministry.picture("1f-organisations")
    ministry.page.get_by_role("main").get_by_role("listitem").filter(has_text="FENAGRI").get_by_role(
        "link"
    ).first.click()
    email = journey.address("rim.alaoui", "fenagri")
    ministry.field("Full name").fill("Rim Alaoui")
    ministry.field("E-mail address").fill(email)
    ministry.press("Send the letter")
    expect(ministry.page.get_by_role("status")).to_contain_text(email)
    ministry.picture("1g-representative-invited")

    invited = journey.reader(journey.language)
    invited.open_letter_to(email)
    invited.follow_its_link()
    invited.press("Sign in")
    expect(invited.page).to_have_url(re.compile(r"/workspace$"))
    expect(invited.page.get_by_text("FENAGRI").first).to_be_visible()
    invited.picture("1h-representative-has-come")


def clone_the_last_edition(journey: Journey, ministry: Screen) -> None:
    ministry.follow("Edition")
    ministry.follow("Prepare the next edition")
    expect(ministry.field("Short name of the new edition")).to_have_value(journey.year)
    ministry.picture("2a-from")
    ministry.press("Continue")
    ministry.picture("2b-dates")
    ministry.press("Continue")
    ministry.picture("2c-what-comes-along")
    ministry.press("Continue")
    ministry.picture("2d-look-before")
    ministry.press("Make the edition %(name)s", name=journey.year)
    ministry.picture("2e-progress")
    ministry.follow("Open the new edition")
    expect(ministry.page).to_have_url(re.compile(f"/editions/{journey.year}$"))
    main = ministry.page.get_by_role("main")
    expect(main).to_contain_text(ministry.count("One panel", "%(num)s panels", 5))
    expect(main).to_contain_text(ministry.say("Handed over by an earlier edition"))
    ministry.picture("2f-new-edition")


def agree_on_the_announcement(journey: Journey, ministry: Screen, confederation: Screen) -> None:
    ministry.open(journey.edition())
    ministry.follow("Announce the edition")
    ministry.picture("3a-announcement")
    ministry.press("Propose this announcement")
    ministry.press("Sign the text")
    confederation.open(journey.edition("/approvals"))
    confederation.follow("Read and sign")
    confederation.picture("3b-announcement-to-sign")
    confederation.press("Sign the text")
    expect(confederation.page.get_by_text(confederation.say("In force"))).to_be_visible()


def agree_on_another_theme(journey: Journey, ministry: Screen, confederation: Screen) -> None:
    """Nothing changes with one signature; with the other the theme is another one."""
    ministry.open(journey.edition())
    ministry.follow("Change the theme")
    themes = {language: words.format(year=journey.year) for language, words in THEMES.items()}
    for language, words in themes.items():
        ministry.page.locator(f"[name='theme.{language}']").fill(words)
    ministry.picture("3c-another-theme")
    ministry.press("Propose this text")
    ministry.press("Sign the text")
    expect(ministry.page.get_by_text(ministry.say("Your organisation has signed."))).to_be_visible()
    ministry.picture("3d-signed-by-one")
    ministry.open(journey.edition())
    expect(ministry.page.get_by_role("heading", level=1)).not_to_contain_text(themes[journey.language])

    confederation.open(journey.workspace())
    confederation.picture("3e-today-a-text-waits")
    confederation.follow("Read and sign")
    confederation.picture("3f-theme-to-sign")
    confederation.press("Sign the text")
    expect(confederation.page.get_by_text(confederation.say("In force"))).to_be_visible()
    confederation.picture("3g-signed-by-both")
    ministry.open(journey.edition())
    expect(ministry.page.get_by_role("heading", level=1)).to_contain_text(str(journey.year))
