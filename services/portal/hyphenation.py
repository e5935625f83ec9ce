"""Where a long French word may be broken, for narrow places: not every browser knows, and none breaks without a sign.

After the syllables (Imprimerie nationale, “Division des mots”): before a consonant that a vowel follows, between two
consonants, never inside a group that is said as one. Languages that browsers break well themselves are left alone.
"""

import itertools
import re

SOFT_HYPHEN = "\u00ad"
_LONG = 9  # letters, from which on a word may be broken
_VOWEL = "aeiouyàâäéèêëîïôöùûüœæ"
_CONSONANT = "bcdfghjklmnpqrstvwxzç"
_AS_ONE = "[bcdfgpv][lr]|t[hr]|[cps]h|gn"
_WORD = re.compile(rf"\w{{{_LONG},}}")
_BREAK = re.compile(
    rf"(?<=[{_VOWEL}])(?=(?:{_AS_ONE}|[{_CONSONANT}])[{_VOWEL}])"
    rf"|(?<=[{_VOWEL}][{_CONSONANT}])(?=(?:{_AS_ONE}|[{_CONSONANT}])[{_VOWEL}])",
    re.IGNORECASE,
)
_LEFT, _CARRIED = 3, 3  # letters that stay on the line, and that go to the next


def breakable(words: str, language: str) -> str:
    """Return words with soft hyphens where they may be broken."""
    return _WORD.sub(_broken, words) if language == "fr" else words


def _broken(word: re.Match[str]) -> str:
    letters = word[0]
    places = [0, *(each.start() for each in _BREAK.finditer(letters)), len(letters)]
    kept = [place for place in places if _LEFT <= place <= len(letters) - _CARRIED and not _splits(letters, place)]
    ends = [0, *kept, len(letters)]
    return SOFT_HYPHEN.join(letters[start:end] for start, end in itertools.pairwise(ends))


def _splits(letters: str, place: int) -> bool:
    """Whether a group that is said as one would be torn."""
    return re.fullmatch(_AS_ONE, letters[place - 1 : place + 1], re.IGNORECASE) is not None
