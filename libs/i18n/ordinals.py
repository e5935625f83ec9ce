"""Which edition it is, in words: `2e édition`, `الدورة الثانية`, `2nd edition`."""

_AR_UNITS = ("", "الأولى", "الثانية", "الثالثة", "الرابعة", "الخامسة", "السادسة", "السابعة", "الثامنة", "التاسعة")
_AR_TENS = ("", "العاشرة", "العشرون", "الثلاثون", "الأربعون", "الخمسون", "الستون", "السبعون", "الثمانون", "التسعون")
_AR_UNIT_BEFORE_TEN = "الحادية"  # what "first" becomes in 11th, 21st, …
_EN_SUFFIXES = {1: "st", 2: "nd", 3: "rd"}
_ARABIC_WORDS_END = 100  # from here on the number itself is written


def nth_edition(ordinal: int, language: str) -> str:
    """Return the edition's name by its number, which starts at 1."""
    if language == "fr":
        return f"{ordinal}{'re' if ordinal == 1 else 'e'} édition"
    if language == "ar":
        return f"الدورة {_arabic(ordinal)}"
    return f"{ordinal}{_english_suffix(ordinal)} edition"


def _english_suffix(ordinal: int) -> str:
    teen = ordinal // 10 % 10 == 1
    return "th" if teen else _EN_SUFFIXES.get(ordinal % 10, "th")


def _arabic(ordinal: int) -> str:
    """Return the ordinal in the feminine, definite: `الثانية`, `الحادية عشرة`, `الثالثة والعشرون`."""
    if ordinal >= _ARABIC_WORDS_END:
        return str(ordinal)
    tens, unit = divmod(ordinal, 10)
    if tens == 0:
        return _AR_UNITS[unit]
    if unit == 0:
        return _AR_TENS[tens]
    first = _AR_UNIT_BEFORE_TEN if unit == 1 else _AR_UNITS[unit]
    return f"{first} عشرة" if tens == 1 else f"{first} و{_AR_TENS[tens]}"
