import pytest

from libs.regions import RegionWithoutCountry, UnknownRegion, region_name, regions_of, require_region

pytestmark = pytest.mark.unit


def test_morocco_has_twelve_regions_with_their_iso_codes_in_three_languages() -> None:
    regions = regions_of("MA")
    assert [region.code for region in regions] == [f"MA-{number:02}" for number in range(1, 13)]
    assert all(set(region.name) == {"fr", "ar", "en"} for region in regions)
    assert len({region.id for region in regions}) == 12


def test_a_region_is_named_in_the_readers_language() -> None:
    assert region_name("MA", "fes-meknes", "ar") == "فاس مكناس"
    assert region_name("MA", "atlantis", "ar") == ""


def test_an_edition_may_leave_its_region_open() -> None:
    require_region("MA", "")
    require_region("MA", "souss-massa")


def test_another_countrys_region_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UnknownRegion, match="bretagne is no region of MA") as refusal:
        require_region("MA", "bretagne")
    assert "casablanca-settat" in str(refusal.value.facts["regions"])
    with pytest.raises(RegionWithoutCountry):
        require_region("XX", "souss-massa")
