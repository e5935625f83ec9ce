"""How a browser names itself, and what people call it. Pure."""

import re

_LONGEST = 300
_BROWSERS = (  # the first that is found: most claim to be others too
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def kept(device: str) -> str:
    """Return what a browser says that it is, as far as it can be kept."""
    return re.sub(r"[^\x20-\x7e]", "", device)[:_LONGEST]


def called(device: str) -> str:
    """Return browser and system by the names that people know, or nothing where neither is recognised."""
    browser = next((name for word, name in _BROWSERS if f"{word}/" in device), "")
    system = next((name for word, name in _SYSTEMS if word in device), "")
    return " · ".join(filter(None, (browser, system)))
