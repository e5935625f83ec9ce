"""The programme is solved, signed by both, released, and read by everybody."""

import re

from playwright.sync_api import expect

from tests.browser.journey.people import Journey, api, http
from tests.browser.screen import Screen


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
    with http(journey) as asking:
        release = f"/api/v1/jni/editions/{journey.year}/releases/latest"
        programme = asking.get(f"{release}/programme.json").json()
        calendar = asking.get(f"{release}/programme.ics").text
    assert programme["number"] == 1
    assert calendar.count("BEGIN:VEVENT") == len(programme["sessions"]) > 0


def read_by_api(journey: Journey) -> None:
    """Editions, panels, organisations, nominations and programme, with the token of the ministry's own machine."""
    with api(journey, "mic") as machine:
        editions = machine.get("/editions").json()["items"]
        assert journey.year in {each["slug"] for each in editions}
        assert len(machine.get(f"/editions/{journey.year}/panels").json()["items"]) == 5
        assert machine.get("/organisations").json()["items"]
        call = machine.get("/calls", params={"edition": journey.year}).json()["items"][0]
        nominations = machine.get(f"/calls/{call['id']}/nominations").json()["items"]
        assert len(nominations) == 4
        assert machine.get(f"/editions/{journey.year}/releases/1/programme.json").json()["sessions"]
