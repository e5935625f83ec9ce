import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.portal.differences import compare
from services.portal.rendering import difference

pytestmark = pytest.mark.unit

SENTENCES = st.lists(
    st.sampled_from(["gage", "de", "qualité", "souveraineté", "et", "levier", "territoires"]), max_size=8
).map(" ".join)


def test_a_change_is_shown_word_by_word() -> None:
    before, after = "levier de développement", "levier d’emploi"
    assert difference(before, after, "before") == "levier <del>de développement</del>"
    assert difference(before, after, "after") == "levier <ins>d’emploi</ins>"
    assert difference(before, after, "both") == "levier <del>de développement</del> <ins>d’emploi</ins>"


def test_words_are_text_and_never_markup() -> None:
    assert difference("", "<b>", "after") == "<ins>&lt;b&gt;</ins>"


@given(SENTENCES, SENTENCES)
def test_both_wordings_can_be_read_out_of_their_difference(before: str, after: str) -> None:
    pieces = compare(before, after)
    assert " ".join(piece.words for piece in pieces if piece.kind != "added") == before
    assert " ".join(piece.words for piece in pieces if piece.kind != "removed") == after
