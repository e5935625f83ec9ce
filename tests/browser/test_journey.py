"""The journey that everything serves, as its people live it: by the screens alone, in French and in Arabic."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx2
import pytest
from msgspec import Struct
from playwright.sync_api import expect

from tests.browser.conftest import OpenScreen
from tests.browser.demonstration import Demonstration
from tests.browser.screen import Screen

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

PLACE = ZoneInfo("Africa/Casablanca")
THEMES = {
    "fr": "Industrie {year} : produire ici, vendre partout",
    "ar": "صناعة {year}: ننتج هنا ونبيع في كل مكان",
    "en": "Industry {year}: made here, sold everywhere",
}


class Journey(Struct, frozen=True, kw_only=True):
    """Who lives it, and towards which edition."""

    language: str
    year: str
    demonstration: Demonstration
    open_screen: OpenScreen
    signed_in_as: OpenScreen

    def signed_in(self, role: str, organisation: str | None) -> Screen:
        """Return the screen of a persona who has signed in by their own link."""
        return self.signed_in_as(self.language, "journey", role, organisation)

    def reader(self, language: str) -> Screen:
        """Return the screen of somebody who is not signed in."""
        return self.open_screen(language, "journey")

    def workspace(self, path: str = "") -> str:
        return f"/{self.language}/jni/workspace{path}"

    def edition(self, path: str = "") -> str:
        return self.workspace(f"/editions/{self.year}{path}")

    def address(self, name: str, organisation: str) -> str:
        """Return a mail address that nobody else of any journey has."""
        return f"{name}.{self.year}@{organisation}.example"


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_year_is_lived_from_the_last_edition_to_a_public_programme(
    demonstration: Demonstration, open_screen: OpenScreen, signed_in: OpenScreen, language: str
) -> None:
    ministry = signed_in(language, "journey", "co_organiser", "mic")
    journey = Journey(
        language=language,
        year=next_year(ministry),
        demonstration=demonstration,
        open_screen=open_screen,
        signed_in_as=signed_in,
    )
    confederation = sign_in_by_a_mailed_link(journey)
    invite_a_representative(journey, ministry)
    clone_the_last_edition(journey, ministry)
    agree_on_the_announcement(journey, ministry, confederation)
    agree_on_another_theme(journey, ministry, confederation)
    open_the_call(ministry)
    nominate_within_the_quota(journey)
    select_and_invite(journey, ministry)
    accept_with_windows(journey)
    schedule(journey)
    release_together(journey, ministry, confederation)
    read_the_programme(journey)
    read_by_api(journey)


def next_year(screen: Screen) -> str:
    """Return the year after that of the latest edition, to which the menu leads."""
    address = screen.named("link", "Edition").first.get_attribute("href") or ""
    return str(int(address.rpartition("/")[2]) + 1)


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


def open_the_call(ministry: Screen) -> None:
    """Bring its dates forward to today, give AMICA three places, and open it."""
    ministry.follow("Call and quotas")
    ministry.picture("4a-call-prepared")
    now = datetime.now(PLACE)
    ministry.field("Opens").fill(f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}")
    ministry.field("Closes").fill(f"{now + timedelta(days=30):%Y-%m-%dT%H:%M}")
    ministry.press("Save the dates")
    expect(ministry.page.get_by_role("status")).to_contain_text(ministry.say("The dates are saved."))
    ministry.press("Open the call")
    expect(ministry.page.get_by_role("status")).to_contain_text(ministry.say("The call is open."))
    ministry.page.get_by_label(ministry.say("Quota of %(organisation)s", organisation="AMICA")).fill("3")
    ministry.press("Save the quotas")
    expect(ministry.page.get_by_role("status")).to_contain_text(ministry.say("The quotas are saved."))
    ministry.picture("4b-call-open")


def nominate_within_the_quota(journey: Journey) -> None:
    """AMICA has three places: one by form, one by API, and the last not twice. A ministry nominates, too."""
    federation = journey.signed_in("representative", "amica")
    federation.follow("Nominations")
    federation.picture("4c-three-places")
    federation.follow("Nominate somebody")
    federation.picture("4d-empty-form")
    fill_nomination(journey, federation, panel=1, seat="speaker", name="Hind Ouazzani", organisation="amica")
    federation.press("Nominate")
    expect(federation.page.get_by_role("status")).to_be_visible()
    nominate_by_api(journey, panel=2, name="Reda Filali")

    other = journey.signed_in("representative", "amica")
    for screen, name in ((federation, "Sofia Naciri"), (other, "Karim Bennis")):
        screen.open(journey.edition("/nominations/new"))
        fill_nomination(journey, screen, panel=3, seat="speaker", name=name, organisation="amica")
    federation.press("Nominate")
    expect(federation.page.get_by_role("heading", level=1)).to_have_text(federation.say("Your quota is used up"))
    federation.picture("4e-quota-used-up")
    other.press("Nominate")
    expect(other.page.get_by_role("alert")).to_be_visible()
    expect(other.field("Full name")).to_have_value("Karim Bennis")
    expect(other.page.locator("[name='title.fr']")).to_have_value("Directrice industrielle")
    other.picture("4f-refused-and-kept")

    ministry = journey.signed_in("representative", "mtedd")
    ministry.open(journey.edition("/nominations/new"))
    fill_nomination(journey, ministry, panel=1, seat="moderator", name="Ghita Idrissi", organisation="mtedd")
    ministry.press("Nominate")
    expect(ministry.page.get_by_role("status")).to_be_visible()
    ministry.picture("4g-a-ministry-has-nominated")


def fill_nomination(  # noqa: PLR0913 (the fields of the form)
    journey: Journey, screen: Screen, *, panel: int, seat: str, name: str, organisation: str
) -> None:
    screen.field("Panel").select_option(index=panel)
    screen.field("Role on the panel").select_option(seat)
    screen.field("Full name").fill(name)
    screen.field("E-mail address").fill(journey.address(name.replace(" ", ".").lower(), organisation))
    screen.page.locator("[name='title.fr']").fill("Directrice industrielle")
    screen.page.locator("[name='title.ar']").fill("مديرة صناعية")
    screen.page.get_by_text(screen.say("More: other employer, language of letters, a remark")).click()
    screen.field("Language of letters to them").select_option(journey.language)


def nominate_by_api(journey: Journey, *, panel: int, name: str) -> None:
    """Send the same request twice, as a machine does that heard no answer: it is one nomination."""
    with api(journey, "amica") as http:
        call = http.get("/calls", params={"edition": journey.year}).json()["items"][0]
        panels = http.get(f"/editions/{journey.year}/panels").json()["items"]
        body = {
            "panel_id": panels[panel - 1]["id"],
            "seat_role": "speaker",
            "full_name": name,
            "email": journey.address(name.replace(" ", ".").lower(), "amica"),
            "title": {"fr": "Directeur de la recherche", "ar": "مدير البحث"},
        }
        answers = [
            http.post(
                f"/calls/{call['id']}/nominations", json=body, headers={"idempotency-key": f"tour-{journey.year}"}
            )
            for _ in range(2)
        ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] == answers[1].json()["id"]


def api(journey: Journey, organisation: str) -> httpx2.Client:
    """Return a client of the API with the token of an organisation's own machine."""
    client = journey.demonstration.client(organisation)
    base_url = journey.demonstration.base_url
    said = httpx2.post(
        f"{base_url}/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(client["client_id"], client["client_secret"]),
    )
    headers = {"authorization": f"Bearer {said.json()['access_token']}"}
    return httpx2.Client(base_url=f"{base_url}/api/v1/jni", headers=headers)


def select_and_invite(journey: Journey, ministry: Screen) -> None:
    ministry.open(journey.edition("/selection"))
    ministry.picture("5a-board")
    candidate = ministry.count("one candidate", "%(num)s candidates", 1)
    ministry.page.get_by_role("link", name=candidate).first.click()
    ministry.picture("5b-candidates")
    ministry.page.get_by_role("complementary").get_by_role("button", name=ministry.say("Select")).first.click()
    ministry.picture("5c-selected")
    ministry.page.get_by_role("complementary").get_by_role("link", name=ministry.say("Read and send")).click()
    ministry.picture("5d-letter-before-it-goes")
    ministry.press("Send the invitation")
    expect(ministry.page.get_by_role("status")).to_contain_text("Ghita Idrissi")
    ministry.picture("5d-invited")


def accept_with_windows(journey: Journey) -> None:
    """Opening the letter's link, however often, changes nothing; the answer does."""
    speaker = journey.reader(journey.language)
    speaker.open_letter_to(journey.address("ghita.idrissi", "mtedd"))
    speaker.picture("5e-letter")
    speaker.follow_its_link()
    speaker.page.reload()
    speaker.picture("5f-invitation")
    page = speaker.page
    page.get_by_label(speaker.say("I accept")).check()
    page.get_by_label(speaker.say("Only at these times")).check()
    first_day = page.get_by_role("group").filter(has=page.locator("[name=starts]")).first
    first_day.locator("[name=starts]").first.select_option("09:00")
    first_day.locator("[name=ends]").first.select_option("13:00")
    speaker.press("Send my answer")
    speaker.reads("%(name)s, you are expected", name="Ghita Idrissi")
    speaker.picture("5g-accepted")


def schedule(journey: Journey) -> None:
    """The programme manager has a draft made and solved."""
    manager = journey.signed_in("programme_manager", "cgem")
    manager.follow("Programme")
    manager.picture("6a-programme")
    manager.press("New draft")
    manager.picture("6b-empty-draft")
    manager.press("Solve")
    manager.picture("6c-solving")
    solved = [manager.say("Solved: nothing better exists"), manager.say("Solved in the time given")]
    expect(manager.page.locator("#solving")).to_contain_text(re.compile("|".join(solved)), timeout=90_000)
    manager.reads("Nothing collides in this draft")
    manager.picture("6d-solved")


def release_together(journey: Journey, ministry: Screen, confederation: Screen) -> None:
    ministry.open(journey.edition("/programme"))
    ministry.follow("Open")
    ministry.press("Submit for approval")
    ministry.press("Sign the text")
    ministry.picture("6e-programme-signed-by-one")
    confederation.open(journey.workspace())
    confederation.follow("Read and sign")
    confederation.picture("6f-programme-to-sign")
    confederation.press("Sign the text")
    confederation.open(journey.edition("/programme"))
    expect(confederation.page.get_by_role("main")).to_contain_text(confederation.say("Version %(number)s", number=1))
    confederation.picture("6g-released")


def read_the_programme(journey: Journey) -> None:
    """Anybody reads it, in each language, by day, room and panel, and takes it along."""
    for language in ("fr", "ar", "en"):
        reader = journey.reader(language)
        reader.open(f"/{language}/jni/{journey.year}/programme")
        reader.reload_until(reader.page.get_by_role("article").first)
        expect(reader.page.get_by_role("main")).to_contain_text("Ghita Idrissi")
        reader.picture("7a-by-day")
        for number, way in enumerate(("By room", "By panel")):
            reader.follow(way)
            expect(reader.page.get_by_role("article").first).to_be_visible()
            reader.picture(f"7{'bc'[number]}-{way.lower().replace(' ', '-')}")
    with httpx2.Client(base_url=journey.demonstration.base_url) as http:
        release = f"/api/v1/jni/editions/{journey.year}/releases/latest"
        programme = http.get(f"{release}/programme.json").json()
        calendar = http.get(f"{release}/programme.ics").text
    assert programme["number"] == 1
    assert calendar.count("BEGIN:VEVENT") == len(programme["sessions"]) > 0


def read_by_api(journey: Journey) -> None:
    """Editions, panels, organisations, nominations and programme, with the token of the ministry's own machine."""
    with api(journey, "mic") as http:
        editions = http.get("/editions").json()["items"]
        assert journey.year in {each["slug"] for each in editions}
        assert len(http.get(f"/editions/{journey.year}/panels").json()["items"]) == 5
        assert http.get("/organisations").json()["items"]
        call = http.get("/calls", params={"edition": journey.year}).json()["items"][0]
        nominations = http.get(f"/calls/{call['id']}/nominations").json()["items"]
        assert len(nominations) == 4
        assert http.get(f"/editions/{journey.year}/releases/1/programme.json").json()["sessions"]
