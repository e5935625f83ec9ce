import shutil
from pathlib import Path

import pytest

from infra.demo.reading import DATA, DataWrong, Demonstration, read_demonstration
from libs.i18n.text import missing

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def demonstration() -> Demonstration:
    return read_demonstration()


def test_the_editions_held_are_as_their_sources_tell_them(demonstration: Demonstration) -> None:
    first, second, third = demonstration.facts.editions
    assert (first.slug, first.theme, first.panels, first.panels_count) == ("2023", None, (), 5)
    assert [len(edition.panels) for edition in (second, third)] == [5, 5]
    assert third.theme is not None
    assert third.theme.ar == ""


def test_every_title_can_be_read_in_three_languages_and_translations_of_ours_are_kept_apart(
    demonstration: Demonstration,
) -> None:
    editions = demonstration.facts.editions
    titles = [*(edition.theme for edition in editions if edition.theme), *(p for e in editions for p in e.panels)]
    titles += [subject for edition in editions for subject in edition.subjects]
    for title in titles:
        assert missing(title.text, ("fr", "ar", "en")) == ()
        assert title.fr
        assert not {language for language in title.unofficial if getattr(title, language)}


def test_every_source_that_is_named_is_listed(demonstration: Demonstration) -> None:
    facts = demonstration.facts
    named = {source for edition in facts.editions for source in edition.source}
    named |= {source for organisation in facts.organisations for source in organisation.source}
    assert named <= set(facts.sources)


def test_samples_reach_nobody_and_fill_every_seat(demonstration: Demonstration) -> None:
    for samples, panels in ((demonstration.samples, 5), (demonstration.invented, 3)):
        addresses = [persona.email for persona in samples.personas]
        addresses += [nomination.email for nomination in samples.journey.nominations]
        assert all(address.endswith(".example") and address.isascii() for address in addresses)
        assert len(set(addresses)) == len(addresses)
        filled = [(nomination.panel, nomination.seat) for nomination in samples.journey.nominations]
        wanted = [
            (p, role) for p in range(1, panels + 1) for role, n in samples.journey.seats.items() for _ in range(n)
        ]
        assert sorted(filled) == sorted(wanted)


@pytest.mark.parametrize(
    ("file", "before", "after", "reason"),
    [
        ("samples.yaml", "days: 2", "days: two", r"samples.yaml: .*`\$.journey.edition.days`"),
        (
            "samples.yaml",
            'until: "12:45"',
            'until: "24:45"',
            r"samples.yaml: .*`\$.journey.rooms\[0\].open\[0\].until`",
        ),
        ("samples.yaml", "after: [panel-1]", "after: [panel-9]", "panel-2 names sessions that are not there"),
        ("samples.yaml", "responsible: cgem", "responsible: nobody", r"not in the list: \['nobody'\]"),
        ("jni.yaml", "slug: jni", "slugg: jni", r"jni.yaml: Object contains unknown field `slugg` - at `\$.tenant`"),
        ("jni.yaml", "tenant:", "tenant: [", "jni.yaml: "),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_place(
    tmp_path: Path, file: str, before: str, after: str, reason: str
) -> None:
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    text = (folder / file).read_text()
    assert before in text
    (folder / file).write_text(text.replace(before, after, 1))
    with pytest.raises(DataWrong, match=reason):
        read_demonstration(folder)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataWrong, match=r"jni\.yaml"):
        read_demonstration(tmp_path)
