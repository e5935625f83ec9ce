"""The editions held before the platform came: recorded as their sources tell them, or as they were invented."""

from datetime import datetime

from sqlalchemy import select

from infra.demo.cast import Cast
from infra.demo.facts import EditionFacts
from infra.demo.stage import Stage
from libs.i18n.text import Text
from services.editions.editions.commands import RecordEdition, record_edition
from services.editions.editions.models import Edition
from services.editions.panels.commands import RecordPanel, record_panel

_PANELS_WITHOUT_TITLES: Text = {
    "fr": "{count} panels ; leurs titres n'ont pas été retrouvés, seulement les sujets examinés",
    "ar": "{count} جلسات نقاش؛ لم يُعثر على عناوينها، بل على المواضيع المدروسة فقط",
    "en": "{count} panels; their titles were not found, only the subjects examined",
}
_SUBJECT: Text = {
    "fr": "Sujet examiné : {subject}",
    "ar": "موضوع مدروس: {subject}",
    "en": "Subject examined: {subject}",
}
_ROYAL_MESSAGE = "Message royal lu par {reader}"
_PRESENT = "Présents : {people}"


async def record_history(
    stage: Stage, cast: Cast, editions: tuple[EditionFacts, ...], sources: dict[str, str], now: datetime
) -> None:
    """Record those that are not there yet, each with its panels in one transaction."""
    async with stage.work("editions", cast.founder) as session:
        known = set(await session.scalars(select(Edition.slug)))
    for facts in editions:
        if facts.slug not in known:
            await _record(stage, cast, facts, sources, now)
            as_told = "as its sources tell it" if facts.source else "invented"
            stage.say(f"{cast.slug}: edition {facts.slug}, {as_told}")


async def _record(stage: Stage, cast: Cast, facts: EditionFacts, sources: dict[str, str], now: datetime) -> None:
    sayings = (*([facts.theme] if facts.theme else []), *facts.subjects)
    command = RecordEdition(
        slug=facts.slug,
        ordinal=facts.ordinal,
        starts_on=facts.starts,
        ends_on=facts.ends,
        city=facts.city.text,
        region=facts.region,
        theme=facts.theme.text if facts.theme else {},
        unofficial=tuple(sorted({language for saying in sayings for language in saying.unofficial})),
        opened_by=facts.opened_by,
        facts=tuple(_told(facts)),
        sources=tuple(sources[name] for name in facts.source),
        demonstration=facts.demonstration,
    )
    async with stage.work("editions", cast.founder) as session:
        edition = await record_edition(session, cast.founder, command, now)
        for ordinal, title in enumerate(facts.panels, 1):
            panel = RecordPanel(
                slug=f"panel-{ordinal}", ordinal=ordinal, title=title.text, unofficial=tuple(sorted(title.unofficial))
            )
            await record_panel(session, cast.founder, edition.id, panel, now)


def _told(facts: EditionFacts) -> list[Text]:
    """Return what else is known of an edition, one sentence each: in French alone where only French was found."""
    told: list[Text] = []
    if facts.royal_message_read_by:
        told.append({"fr": _ROYAL_MESSAGE.format(reader=facts.royal_message_read_by)})
    if facts.panels_count and not facts.panels:
        told.append({name: text.format(count=facts.panels_count) for name, text in _PANELS_WITHOUT_TITLES.items()})
    told += [
        {language: _SUBJECT[language].format(subject=words) for language, words in subject.text.items()}
        for subject in facts.subjects
    ]
    if facts.present:
        people = " ; ".join(f"{person.name}, {person.office}" for person in facts.present)
        told.append({"fr": _PRESENT.format(people=people)})
    return told + [{"fr": fact} for fact in facts.also]
