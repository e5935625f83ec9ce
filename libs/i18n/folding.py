"""How words are compared when people search, and how digits are read that people type. What is stored stays as typed.

Nobody types hamzas, vowel signs or accents the same way twice: both sides of a comparison are folded.
"""

import unicodedata

_TATWEEL = "\N{ARABIC TATWEEL}"
# Letters that stand for one another in everyday Arabic, after their marks (hamza, madda) have been taken away.
_LETTERS = str.maketrans(
    {
        "\N{ARABIC LETTER ALEF WASLA}": "\N{ARABIC LETTER ALEF}",
        "\N{ARABIC LETTER ALEF MAKSURA}": "\N{ARABIC LETTER YEH}",
        "\N{ARABIC LETTER FARSI YEH}": "\N{ARABIC LETTER YEH}",
        "\N{ARABIC LETTER KEHEH}": "\N{ARABIC LETTER KAF}",
        "\N{ARABIC LETTER TEH MARBUTA}": "\N{ARABIC LETTER HEH}",
        _TATWEEL: "",
        "œ": "oe",
        "æ": "ae",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    }
)
_ZEROS = ("\N{ARABIC-INDIC DIGIT ZERO}", "\N{EXTENDED ARABIC-INDIC DIGIT ZERO}")
_DIGITS = {ord(zero) + value: str(value) for zero in _ZEROS for value in range(10)}


def fold(text: str) -> str:
    """Return what `text` is found by: compatible forms, case, accents, vowel signs, tatweel and digits made one.

    Both the words that are searched and the words that are asked for go through it.
    """
    apart = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(character for character in apart if unicodedata.category(character) not in ("Mn", "Cf"))
    return " ".join(western_digits(bare.translate(_LETTERS)).split())


def western_digits(text: str) -> str:
    """Return `text` with Arabic-Indic and Persian digits read as 0–9: for numbers, dates and telephones in forms."""
    return text.translate(_DIGITS)


def read_number(text: str) -> int:
    """Read a whole number however its digits are written and grouped; raise `ValueError` where there is none."""
    digits = "".join(western_digits(text).replace("\N{ARABIC THOUSANDS SEPARATOR}", "").split())
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"{text!r} is no whole number")
    return int(digits)
