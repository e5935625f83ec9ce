import pytest

from libs.i18n.languages import direction, negotiate

pytestmark = pytest.mark.unit

TENANT = ("fr", "ar", "en")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("ar-MA,ar;q=0.9,fr;q=0.5", "ar"),
        ("de-DE, en;q=0.4, fr;q=0.8", "fr"),
        ("en;q=0, ar;q=0.1", "ar"),
        ("de, *;q=0.1", "fr"),
        ("", "fr"),
        (";;;q=,en;q=many,,", "fr"),
        ("EN-gb", "en"),
    ],
)
def test_a_reader_gets_the_language_that_the_browser_prefers_or_else_the_tenants_first(
    header: str, language: str
) -> None:
    assert negotiate(header, TENANT) == language


def test_arabic_alone_runs_from_right_to_left() -> None:
    assert [direction(language) for language in TENANT] == ["ltr", "rtl", "ltr"]
