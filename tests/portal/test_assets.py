import re

import brotli
import pytest

from services.portal.assets import STATIC, Assets

pytestmark = pytest.mark.unit


def _file(assets: Assets, name: str, accepted: str = "") -> tuple[bytes, dict[str, str]]:
    answer = assets.answer(assets.url(name).removeprefix("/static/"), accepted)
    assert answer is not None
    return answer.body, answer.headers


def test_a_name_holds_its_contents_hash_and_may_be_kept_for_ever(assets: Assets) -> None:
    assert re.fullmatch(r"/static/public\.[0-9a-f]{12}\.css", assets.url("public.css"))
    assert "immutable" in _file(assets, "public.css")[1]["cache-control"]


def test_the_name_that_an_older_page_asks_for_gets_the_present_file_for_now(assets: Assets) -> None:
    answer = assets.answer("public.000000000000.css", "")
    assert answer is not None
    assert (answer.body, answer.headers["cache-control"]) == (_file(assets, "public.css")[0], "no-cache")


@pytest.mark.parametrize("name", ["public.css", "../assets.000000000000.py", "nothing.000000000000.css", ""])
def test_nothing_else_is_served(assets: Assets, name: str) -> None:
    assert assets.answer(name, "") is None


def test_what_compresses_is_sent_compressed(assets: Assets) -> None:
    body, headers = _file(assets, "workspace.css", "gzip, deflate, br;q=1")
    assert headers["content-encoding"] == "br"
    assert brotli.decompress(body) == _file(assets, "workspace.css")[0]
    assert "content-encoding" not in _file(assets, "readex-pro-arabic.woff2", "br")[1]


@pytest.mark.parametrize(("sheet", "largest"), [("public.css", 15_000), ("workspace.css", 20_000)])
def test_a_style_sheet_stays_small_when_compressed(assets: Assets, sheet: str, largest: int) -> None:
    assert len(_file(assets, sheet, "gzip")[0]) <= largest


def test_style_sheets_ask_for_fonts_by_their_hashed_names_only(assets: Assets) -> None:
    urls = re.findall(rb"url\(([^)]+)\)", _file(assets, "public.css")[0])
    assert urls
    assert all(re.fullmatch(rb"/static/readex-pro-[a-z-]+\.[0-9a-f]{12}\.woff2", url) for url in urls)


@pytest.mark.parametrize("path", sorted(STATIC.glob("styles/*.css")), ids=lambda path: path.stem)
def test_style_sheets_know_no_left_and_no_right(path: object) -> None:
    """One file serves both directions: logical properties only."""
    physical = re.compile(
        r"(?<![-\w])((margin|padding|border)-(left|right|top|bottom)|left|right|top|bottom|width|height|max-width|min-width)\s*:"
        r"|text-align:\s*(left|right)|(?<!-)float\s*:"
    )
    rules = re.sub(r"@media[^{]*", "", path.read_text())  # type: ignore[attr-defined]
    assert not physical.findall(rules)
