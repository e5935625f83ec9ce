"""Numbers as a title writes them: `quatorze`, `ستة`, `fourteen`; figures where words would be hard to read."""

_WORDS = {
    "fr": (
        *("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze"),
        *("treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf", "vingt"),
    ),
    "ar": ("صفر", "واحد", "اثنين", "ثلاثة", "أربعة", "خمسة", "ستة", "سبعة", "ثمانية", "تسعة", "عشرة"),
    "en": (
        *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
        *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
    ),
}
# What is counted is feminine: French has it in "une" alone, Arabic in every number, the other way round.
_FEMININE = {
    "fr": ("zéro", "une"),
    "ar": ("صفر", "واحدة", "اثنتين", "ثلاث", "أربع", "خمس", "ست", "سبع", "ثماني", "تسع", "عشر"),
    "en": (),
}


def in_words(number: int, language: str, *, feminine: bool = False) -> str:
    """Return a number of things in words up to twenty (Arabic: up to ten, in the genitive), beyond in figures."""
    for words in (_FEMININE[language] if feminine else (), _WORDS[language]):
        if 0 <= number < len(words):
            return words[number]
    return str(number)
