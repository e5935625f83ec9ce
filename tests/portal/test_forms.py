import pytest

from services.portal.composing import Refused
from services.portal.forms import Form

pytestmark = pytest.mark.unit


def _refused(pointer: str) -> Refused:
    return Refused(400, {"detail": "No.", "errors": [{"pointer": pointer, "detail": "Too long.", "remedy": "Cut it."}]})


@pytest.mark.parametrize(
    ("pointer", "field"),
    [("/email", "email"), ("/content/theme/fr", "theme.fr"), ("/theme/fr", "theme.fr"), ("/content/city", "city")],
)
def test_a_reason_stands_at_the_field_that_its_pointer_names(pointer: str, field: str) -> None:
    form = Form({"email": ["x"]}).refused(_refused(pointer))
    assert form.wrong(field) == "Too long. Cut it."
    assert not form.wrong("name")


def test_what_was_typed_stays() -> None:
    form = Form({"email": [" a@b.example "]}).refused(_refused("/email"))
    assert form.shown("email", "known") == " a@b.example "
    assert Form().shown("email", "known") == "known"


def test_a_text_has_the_languages_that_were_filled_in() -> None:
    assert Form({"theme.fr": ["Ensemble"], "theme.ar": ["  "]}).text("theme") == {"fr": "Ensemble"}


@pytest.mark.parametrize(("typed", "read"), [("120", 120), ("١٢٠", 120), ("۱۲۰", 120), ("", None), ("many", "many")])
def test_numbers_are_read_however_their_digits_are_typed(typed: str, read: object) -> None:
    """P29."""
    assert Form({"seats": [typed]}).number("seats") == read
