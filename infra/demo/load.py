"""Loads the demonstration into a running platform: `python -m infra.demo.load`.

What is there already is left as it is: a second start finds everything done, and one that was interrupted goes on.
"""

import asyncio
import os
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import select

from infra.demo.calling import call_and_invite
from infra.demo.cast import Cast
from infra.demo.facts import DayFacts
from infra.demo.founding import Founding, found_day, make_clients
from infra.demo.history import record_history
from infra.demo.journey import Journey
from infra.demo.manifest import Manifest, add_day, begin_manifest, write_manifest
from infra.demo.preparing import prepare_edition
from infra.demo.promising import record_commitments
from infra.demo.reading import DataWrong, Demonstration, InventedDay, read_demonstration
from infra.demo.releasing import DoesNotFit, release_programme
from infra.demo.stage import NotHeard, Say, Stage, opened
from infra.demo.year import Year
from libs.config import Settings, SettingWrong, read_settings
from libs.zones import instant, require_recent_zone_data, wall
from services.editions.editions.models import Edition
from services.portal.public.models import KnownEdition, KnownRelease

_BEFORE_THE_YEAR = timedelta(days=5)  # a day is founded so long before its first edition here is cloned


async def load(settings: Settings, folder: Path, now: datetime, say: Say) -> None:
    """Bring both days of the demonstration to where they shall be at `now`, and write `demo.json` into `folder`."""
    demonstration = read_demonstration()
    async with opened(settings, say) as stage:
        manifest = begin_manifest(settings)
        await _load_jni(stage, demonstration, manifest, now)
        await _load_invented(stage, demonstration.invented, manifest, now)
        write_manifest(manifest, folder)


async def _load_jni(stage: Stage, demonstration: Demonstration, manifest: Manifest, now: datetime) -> None:
    """Load the day of the public facts: the editions held, and the one after them as a demonstration."""
    facts, samples = demonstration.facts, demonstration.samples
    edition = samples.journey.edition
    first_day = edition.starts or now.date()
    founded = _founded(facts.tenant, samples.journey, first_day)
    cast = await found_day(stage, Founding(facts.tenant, facts.organisations, samples, invented=False), founded)
    await record_history(stage, cast, facts.editions, facts.sources, founded)
    year = Year(cast=cast, samples=samples, slug=edition.slug, clone_of=edition.clone_of, first_day=first_day)
    await _live(stage, year, now)
    await add_day(manifest, stage, cast, await make_clients(stage, cast, samples, founded))


async def _load_invented(stage: Stage, invented: InventedDay, manifest: Manifest, now: datetime) -> None:
    """Load the day that does not exist, with an edition today: once its day has passed, a new one is cloned from it."""
    today = wall(now, invented.tenant.timezone).date()
    founded = _founded(invented.tenant, invented.journey, today)
    cast = await found_day(stage, Founding(invented.tenant, invented.organisations, invented, invented=True), founded)
    held = await _editions_before(stage, cast, today)
    if not held:
        earlier = invented.earlier.as_facts(today)
        await record_history(stage, cast, (earlier,), {}, founded)
        held = [earlier.slug]
    year = Year(cast=cast, samples=invented, slug=today.isoformat(), clone_of=held[-1], first_day=today)
    await _live(stage, year, now)
    await add_day(manifest, stage, cast, await make_clients(stage, cast, invented, founded))


async def _live(stage: Stage, year: Year, now: datetime) -> None:
    """Live one year of a day by the journey's own commands, from the clone to the release.

    A year whose programme is public is over: what visitors of the demonstration changed in it since stays theirs.
    """
    if await _is_public(stage, year):
        return
    edition_id = await prepare_edition(stage, year)
    await call_and_invite(stage, year, edition_id)
    await record_commitments(stage, year, edition_id, now)
    await release_programme(stage, year, edition_id)


async def _is_public(stage: Stage, year: Year) -> bool:
    async with stage.work("portal", year.cast.founder) as session:
        released = select(KnownRelease.id).join(KnownEdition, KnownEdition.id == KnownRelease.id)
        return await session.scalar(released.where(KnownEdition.slug == year.slug)) is not None


async def _editions_before(stage: Stage, cast: Cast, today: date) -> list[str]:
    """Return the editions whose days have passed, the latest last."""
    async with stage.work("editions", cast.founder) as session:
        passed = select(Edition.slug).where(Edition.ends_on < today).order_by(Edition.starts_on)
        return list(await session.scalars(passed))


def _founded(day: DayFacts, journey: Journey, first_day: date) -> datetime:
    """Return when a day came here: some days before its first edition was cloned."""
    eve = first_day - timedelta(days=journey.days_before.cloned) - _BEFORE_THE_YEAR
    return instant(datetime.combine(eve, time(10)), day.timezone)


def main() -> None:
    def say(line: str) -> None:
        print(f"moussem: {line}", flush=True)  # noqa: T201 (this is the terminal)

    try:
        require_recent_zone_data()
        folder = Path(os.environ.get("MOUSSEM_DATA") or ".moussem")
        asyncio.run(load(read_settings(os.environ), folder, datetime.now(UTC), say))
    except (SettingWrong, DataWrong, NotHeard, DoesNotFit) as reason:
        sys.exit(f"moussem: {reason}")


if __name__ == "__main__":
    main()
