"""The next edition's rooms and sessions are made from the last one's."""

from datetime import date
from uuid import UUID

from msgspec.structs import replace
from uuid_utils.compat import uuid7

from libs.contracts.events import EditionCloned, Origin
from libs.db.tenancy import unit_of_work
from services.scheduling.cloning.subscribers import copy_programme
from tests.scheduling.conftest import ENVELOPE, Workshop

HOURS = {"starts_at": "2026-11-04T22:00:00", "ends_at": "2026-11-05T02:00:00"}
SHIFTED = {"starts_at": "2027-11-09T22:00:00Z", "ends_at": "2027-11-10T02:00:00Z"}


async def clone(workshop: Workshop, *carried: str) -> None:
    following = replace(
        workshop.edition, id=uuid7(), slug="2027", starts_on=date(2027, 11, 8), ends_on=date(2027, 11, 9)
    )
    await workshop.tell(following)
    event = EditionCloned(
        tenant_id=workshop.day.id,
        id=following.id,
        version=1,
        origin_id=workshop.edition.id,
        shift_days=370,
        carried=carried,  # type: ignore[arg-type]
        panels=(Origin(workshop.panels[0].id, uuid7()),),
        seats=(),
    )
    async with unit_of_work(workshop.sessions, workshop.day.id) as session:
        await copy_programme(session, event, ENVELOPE)


async def prepare(workshop: Workshop) -> None:
    await workshop.room(opening=[HOURS])
    await workshop.session("gala", kind="meeting", allowed=[HOURS])
    for number, panel in enumerate(workshop.panels, 1):
        await workshop.session(
            f"panel-{number}",
            kind="panel",
            title=None,
            panel_id=str(panel.id),
            relations=[{"kind": "after", "session": "gala"}],
        )


async def test_rooms_and_sessions_come_along_at_the_same_time_of_day(workshop: Workshop) -> None:
    """E8: hours move by days, whatever the offsets of the two dates; E6: nothing signed, placed or released does."""
    await prepare(workshop)
    draft = await workshop.draft()
    await clone(workshop, "rooms", "sessions", "panels")
    old, [room] = [(await workshop.get(f"/rooms?edition={slug}"))["items"] for slug in ("2026", "2027")]
    assert (room["opening"], room["origin_id"]) == ([SHIFTED], old[0]["id"])
    gala, panel = (await workshop.get("/sessions?edition=2027"))["items"]
    assert (gala["allowed"], gala["title"]) == ([SHIFTED], {"fr": "Séance gala"})
    assert panel["panel_id"] not in {str(each.id) for each in workshop.panels}
    assert [(each["kind"], each["session_id"]) for each in panel["relations"]] == [("after", gala["id"])]
    assert (await workshop.get("/drafts?edition=2027"))["items"] == []
    assert draft["placements"] == []


async def test_a_session_whose_panel_does_not_come_along_stays_and_the_step_says_how_many_came(
    workshop: Workshop,
) -> None:
    await prepare(workshop)
    await clone(workshop, "rooms", "sessions", "panels")
    [done] = await workshop.told("cloning.clone-step-done")
    assert done["counts"] == {"rooms": 1, "sessions": 2, "relations": 1}
    assert (done["service"], UUID(done["edition_id"]) != workshop.edition.id) == ("scheduling", True)


async def test_what_is_not_asked_for_does_not_come(workshop: Workshop) -> None:
    await prepare(workshop)
    await clone(workshop, "panels")
    [done] = await workshop.told("cloning.clone-step-done")
    assert done["counts"] == {"rooms": 0, "sessions": 0, "relations": 0}
