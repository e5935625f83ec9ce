from datetime import date, datetime

import pytest

from libs.i18n.dates import written_date, written_moment, written_range, written_time

pytestmark = pytest.mark.unit

TUESDAY, WEDNESDAY = date(2026, 11, 3), date(2026, 11, 4)


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "mardi 3 novembre 2026"), ("ar", "الثلاثاء 3 نونبر 2026"), ("en", "Tuesday 3 November 2026")],
)
def test_a_date_is_written_out_with_morocco_s_months_and_latin_digits(language: str, words: str) -> None:
    assert written_date(TUESDAY, language) == words


@pytest.mark.parametrize(("language", "words"), [("fr", "1er août"), ("ar", "فاتح غشت"), ("en", "1 August")])
def test_the_first_of_a_month_has_its_own_word(language: str, words: str) -> None:
    assert written_date(date(2026, 8, 1), language, weekday=False, year=False) == words


@pytest.mark.parametrize(
    ("last", "language", "words"),
    [
        (TUESDAY, "fr", "mardi 3 novembre 2026"),
        (WEDNESDAY, "fr", "mardi 3 et mercredi 4 novembre 2026"),
        (WEDNESDAY, "ar", "الثلاثاء 3 والأربعاء 4 نونبر 2026"),
        (WEDNESDAY, "en", "Tuesday 3 and Wednesday 4 November 2026"),
        (date(2026, 11, 6), "fr", "du 3 au 6 novembre 2026"),
        (date(2026, 11, 6), "ar", "من 3 إلى 6 نونبر 2026"),
        (date(2026, 11, 6), "en", "3 to 6 November 2026"),
        (date(2026, 12, 1), "fr", "du 3 novembre au 1er décembre 2026"),
        (date(2027, 1, 2), "en", "3 November 2026 to 2 January 2027"),
    ],
)
def test_the_days_of_an_edition_are_written_without_repeating_a_part(last: date, language: str, words: str) -> None:
    assert written_range(TUESDAY, last, language) == words


def test_two_days_over_the_end_of_a_month_name_both_months() -> None:
    assert (
        written_range(date(2026, 10, 31), date(2026, 11, 1), "fr") == "samedi 31 octobre et dimanche 1er novembre 2026"
    )


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "mercredi 30 septembre 2026 à 18:00"),
        ("ar", "الأربعاء 30 شتنبر 2026 على الساعة 18:00"),
        ("en", "Wednesday 30 September 2026 at 18:00"),
    ],
)
def test_a_moment_has_its_hour_in_24_hours(language: str, words: str) -> None:
    assert written_moment(datetime(2026, 9, 30, 18), language) == words  # noqa: DTZ001 (wall time)
    assert written_time(datetime(2026, 9, 30, 9, 5)) == "09:05"  # noqa: DTZ001 (wall time)
