import pytest

from libs.i18n.ordinals import nth_edition

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("ordinal", "french", "arabic", "english"),
    [
        (1, "1re édition", "الدورة الأولى", "1st edition"),
        (2, "2e édition", "الدورة الثانية", "2nd edition"),
        (3, "3e édition", "الدورة الثالثة", "3rd edition"),
        (4, "4e édition", "الدورة الرابعة", "4th edition"),
        (10, "10e édition", "الدورة العاشرة", "10th edition"),
        (11, "11e édition", "الدورة الحادية عشرة", "11th edition"),
        (12, "12e édition", "الدورة الثانية عشرة", "12th edition"),
        (20, "20e édition", "الدورة العشرون", "20th edition"),
        (21, "21e édition", "الدورة الحادية والعشرون", "21st edition"),
        (33, "33e édition", "الدورة الثالثة والثلاثون", "33rd edition"),
        (100, "100e édition", "الدورة 100", "100th edition"),
        (111, "111e édition", "الدورة 111", "111th edition"),
    ],
)
def test_an_edition_is_named_by_its_ordinal(ordinal: int, french: str, arabic: str, english: str) -> None:
    assert [nth_edition(ordinal, language) for language in ("fr", "ar", "en")] == [french, arabic, english]
