import pytest

from libs.regions import UnknownRegion, region_name, regions_of, require_region

pytestmark = pytest.mark.unit


def test_morocco_has_twelve_regions_with_their_iso_codes_in_three_languages() -> None:
    regions = regions_of("MA")
    assert [region.code for region in regions] == [f"MA-{number:02}" for number in range(1, 13)]
    assert all(set(region.name) == {"fr", "ar", "en"} for region in regions)
    assert len({region.id for region in regions}) == 12


def test_a_region_is_named_in_the_readers_language() -> None:
    assert region_name("MA", "fes-meknes", "ar") == "فاس مكناس"
    assert region_name("MA", "atlantis", "ar") == ""


def test_another_countrys_region_is_refused_with_those_that_there_are() -> None:
    require_region("MA", "souss-massa")
    require_region("MA", "")
    with pytest.raises(UnknownRegion, match="bretagne is no region of MA") as refusal:
        require_region("MA", "bretagne", pointer="/content/region")
    assert refusal.value.pointer == "/content/region"
    assert "casablanca-settat" in str(refusal.value.facts["regions"])


def test_a_country_that_is_not_listed_leaves_its_regions_to_its_organisers() -> None:
    assert regions_of("XM") == ()
    require_region("XM", "the-north")
    assert region_name("XM", "the-north", "en") == ""
