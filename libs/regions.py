"""The regions of a country (ISO 3166-2), with their names in the languages of the platform; owned by no service.

A region is known by a readable id; its ISO code goes into exports. Of a country that is not listed here no names are
known: its editions show their city alone.
"""

from msgspec import Struct

from libs.errors import Invalid
from libs.i18n.text import Text, pick


class Region(Struct, frozen=True):
    id: str
    code: str  # ISO 3166-2
    name: Text


class UnknownRegion(Invalid):
    detail = "{region} is no region of {country}."
    remedy = "Take one of these: {regions}."


def _region(region_id: str, code: str, fr: str, ar: str, en: str) -> Region:
    return Region(region_id, code, {"fr": fr, "ar": ar, "en": en})


_REGIONS: dict[str, tuple[Region, ...]] = {
    "MA": (
        _region(
            "tanger-tetouan-al-hoceima",
            "MA-01",
            "Tanger-Tétouan-Al Hoceïma",
            "طنجة تطوان الحسيمة",
            "Tangier-Tetouan-Al Hoceima",
        ),
        _region("oriental", "MA-02", "L'Oriental", "الشرق", "Oriental"),
        _region("fes-meknes", "MA-03", "Fès-Meknès", "فاس مكناس", "Fez-Meknes"),
        _region("rabat-sale-kenitra", "MA-04", "Rabat-Salé-Kénitra", "الرباط سلا القنيطرة", "Rabat-Sale-Kenitra"),
        _region("beni-mellal-khenifra", "MA-05", "Béni Mellal-Khénifra", "بني ملال خنيفرة", "Beni Mellal-Khenifra"),
        _region("casablanca-settat", "MA-06", "Casablanca-Settat", "الدار البيضاء سطات", "Casablanca-Settat"),
        _region("marrakech-safi", "MA-07", "Marrakech-Safi", "مراكش آسفي", "Marrakesh-Safi"),
        _region("draa-tafilalet", "MA-08", "Drâa-Tafilalet", "درعة تافيلالت", "Draa-Tafilalet"),
        _region("souss-massa", "MA-09", "Souss-Massa", "سوس ماسة", "Souss-Massa"),
        _region("guelmim-oued-noun", "MA-10", "Guelmim-Oued Noun", "كلميم واد نون", "Guelmim-Oued Noun"),
        _region(
            "laayoune-sakia-el-hamra",
            "MA-11",
            "Laâyoune-Sakia El Hamra",
            "العيون الساقية الحمراء",
            "Laayoune-Sakia El Hamra",
        ),
        _region("dakhla-oued-ed-dahab", "MA-12", "Dakhla-Oued Ed-Dahab", "الداخلة وادي الذهب", "Dakhla-Oued Ed-Dahab"),
    ),
}


def regions_of(country: str) -> tuple[Region, ...]:
    """Return the regions of a country (ISO 3166-1 alpha-2), in the order of their codes."""
    return _REGIONS.get(country, ())


def find_region(country: str, region_id: str) -> Region | None:
    return next((region for region in regions_of(country) if region.id == region_id), None)


def require_region(country: str, region_id: str, *, pointer: str = "/region") -> None:
    """Return if something may be placed there; raise `UnknownRegion` if not. An empty region names none.

    In a country that is not listed, regions are what its organisers call them.
    """
    if region_id and country in _REGIONS and find_region(country, region_id) is None:
        known = ", ".join(region.id for region in regions_of(country))
        raise UnknownRegion(region=region_id, country=country, regions=known, pointer=pointer)


def region_name(country: str, region_id: str, language: str) -> str:
    """Return a region's name in the reader's language; empty where there is no such region."""
    region = find_region(country, region_id)
    return pick(region.name, language) if region else ""
