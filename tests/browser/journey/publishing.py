"""The programme is solved, signed by both, released, and read by everybody."""

import re
from datetime import datetime, timedelta

from playwright.sync_api import expect

from tests.browser.journey.people import Journey, api, http
from tests.browser.screen import Screen

_EVENTS = re.compile(r"UID:(\S+)\r?\nSEQUENCE:(\d+)")


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


def nothing_is_public_yet(journey: Journey) -> None:
    """E2: all is placed and somebody has accepted, and yet no time, room or name is anywhere for who is signed out."""
    reader = journey.reader(journey.language)
    reader.open(f"/{journey.language}/jni/{journey.year}/programme")
    expect(reader.page.get_by_role("main")).to_be_visible()
    assert reader.page.get_by_role("article").count() == 0
    assert "Ghita Idrissi" not in reader.page.content()
    with http(journey) as asking:
        place = f"/api/v1/jni/editions/{journey.year}/releases"
        assert asking.get(place).json()["items"] == []
        for file in ("programme.json", "programme.ics"):
            assert asking.get(f"{place}/latest/{file}").status_code == 404


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


def release_again(journey: Journey, ministry: Screen, confederation: Screen) -> None:
    """E14, E26: the last session of the first day is moved; the change is told in local time, the calendar follows."""
    with http(journey) as asking:
        release = f"/api/v1/jni/editions/{journey.year}/releases"
        before = asking.get(f"{release}/1/programme.ics").text
        sessions = asking.get(f"{release}/1/programme.json").json()["sessions"]
    first_day = min(each["day"] for each in sessions)
    last = max((each for each in sessions if each["day"] == first_day), key=lambda each: each["ends_at"])
    starts_at = datetime.fromisoformat(last["starts_at"])
    manager = journey.signed_in("programme_manager", "cgem")
    manager.follow("Programme")
    manager.press("New draft")
    manager.open(f"{manager.page.url}/placements/{last['id']}")
    manager.field("Time").fill(f"{starts_at + timedelta(minutes=5):%H:%M}")
    manager.press("Put it there")
    manager.reads("Nothing collides in this draft")
    manager.press("Submit for approval")
    for screen in (ministry, confederation):
        screen.open(journey.edition("/approvals"))
        screen.follow("Read and sign")
        expect(screen.page.get_by_role("main")).to_contain_text(f"{starts_at + timedelta(minutes=5):%H:%M}")
        screen.press("Sign the text")
    ministry.picture("8a-second-release-signed")
    confederation.open(journey.edition("/programme"))
    said = confederation.say("Version %(number)s", number=2)
    confederation.reload_until(confederation.page.get_by_role("main").get_by_text(said).first)
    with http(journey) as asking:
        after = asking.get(f"{release}/latest/programme.ics").text
        assert asking.get(f"{release}/1/programme.ics").text == before
    held, told = dict(_EVENTS.findall(before)), dict(_EVENTS.findall(after))
    assert told.keys() == held.keys()
    assert [(held[uid], told[uid]) for uid in held if told[uid] != held[uid]] == [("0", "1")]
