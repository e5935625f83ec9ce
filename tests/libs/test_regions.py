import pytest

from libs.regions import is_region, region_name, regions_of

pytestmark = pytest.mark.unit


def test_morocco_has_twelve_regions_with_their_iso_codes_in_three_languages() -> None:
    regions = regions_of("MA")
    assert [region.code for region in regions] == [f"MA-{number:02}" for number in range(1, 13)]
    assert all(set(region.name) == {"fr", "ar", "en"} for region in regions)
    assert len({region.id for region in regions}) == 12


def test_a_region_is_named_in_the_readers_language() -> None:
    assert region_name("MA", "fes-meknes", "ar") == "فاس مكناس"
    assert region_name("MA", "atlantis", "ar") == ""


def test_an_edition_is_held_in_one_of_its_countrys_regions() -> None:
    assert is_region("souss-massa", "MA")
    assert not is_region("bretagne", "MA")
    assert not is_region("", "MA")


def test_a_country_that_is_not_listed_leaves_its_regions_to_its_organisers() -> None:
    assert regions_of("XM") == ()
    assert is_region("the-north", "XM")
    assert region_name("XM", "the-north", "en") == ""
