"""The journey that everything serves, in French and in Arabic."""

import pytest

from tests.browser.conftest import OpenScreen
from tests.browser.demonstration import Demonstration
from tests.browser.journey.living import live_a_year

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_year_is_lived_from_the_last_edition_to_a_public_programme(
    demonstration: Demonstration, open_screen: OpenScreen, signed_in: OpenScreen, language: str
) -> None:
    live_a_year(demonstration, open_screen, signed_in, language)
