"""The call is opened, people are nominated within the quota, selected and invited, and one accepts."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.browser.journey.people import Journey, api
from tests.browser.screen import Screen

PLACE = ZoneInfo("Africa/Casablanca")


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
    with api(journey, "amica") as machine:
        call = machine.get("/calls", params={"edition": journey.year}).json()["items"][0]
        panels = machine.get(f"/editions/{journey.year}/panels").json()["items"]
        body = {
            "panel_id": panels[panel - 1]["id"],
            "seat_role": "speaker",
            "full_name": name,
            "email": journey.address(name.replace(" ", ".").lower(), "amica"),
            "title": {"fr": "Directeur de la recherche", "ar": "مدير البحث"},
        }
        answers = [
            machine.post(
                f"/calls/{call['id']}/nominations", json=body, headers={"idempotency-key": f"tour-{journey.year}"}
            )
            for _ in range(2)
        ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] == answers[1].json()["id"]


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
