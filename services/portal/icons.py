"""Tabler's icons, those that are used, as inline SVG."""

import re
from pathlib import Path

from markupsafe import Markup

_FOLDER = Path(__file__).parent / "icons"
_PATHS = re.compile(r"<path\b(?![^>]*stroke=\"none\")[^>]*/>")
_OUTLINE = 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"'
_FILLED = 'fill="currentColor"'


def read_icons(folder: Path = _FOLDER) -> dict[str, Markup]:
    """Return the icons by name. They say nothing to a screen reader: a word stands beside each."""
    return {path.stem: _inline(path) for path in sorted(folder.glob("*.svg"))}


def _inline(path: Path) -> Markup:
    paint = _FILLED if path.stem.endswith("-filled") else _OUTLINE
    drawing = "".join(_PATHS.findall(path.read_text()))
    return Markup(f'<svg class="icon" viewBox="0 0 24 24" {paint} aria-hidden="true">{drawing}</svg>')  # noqa: S704 (vendored)
