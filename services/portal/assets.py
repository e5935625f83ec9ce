"""What pages load: style sheets, scripts, fonts. Each is kept for ever, under a name that holds its content's hash."""

import gzip
import hashlib
import mimetypes
import re
from pathlib import Path

import brotli
from msgspec import Struct

STATIC = Path(__file__).parent / "static"

# A sheet that pages ask for is several files in one: what both sites share comes first.
_SHARED = ("tokens", "elements")
SHEETS = {
    "public.css": (*_SHARED, "public"),
    "workspace.css": (
        *(*_SHARED, "workspace", "dialogs", "today", "approvals", "nominations", "invitation", "organisations"),
        *("programme", "axis", "selection"),
    ),
}
_COMPRESSED_ALREADY = {".woff2"}
_IMMUTABLE = "public, max-age=31536000, immutable"
_REVALIDATED = "no-cache"
_HASHED = re.compile(r"^(?P<stem>.+)\.[0-9a-f]{12}(?P<suffix>\.[a-z0-9]+)$")


class Asset(Struct, frozen=True):
    """One file with its compressed forms, by content coding ("" is the file as it is)."""

    url: str
    content_type: str
    bodies: dict[str, bytes]


class Answer(Struct, frozen=True):
    """What is sent for an asset's address."""

    body: bytes
    headers: dict[str, str]


class Assets:
    """The portal's static files, read and compressed once at start."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._assets: dict[str, Asset] = {}
        for path in sorted([*folder.glob("fonts/*.woff2"), *folder.glob("*/*.js"), *folder.glob("*/*.svg")]):
            self._add(path.name, path.read_bytes())
        for name, parts in SHEETS.items():
            sheet = "\n".join((folder / "styles" / f"{part}.css").read_text() for part in parts)
            self._add(name, re.sub(r"url\(([^)]+)\)", self._reference, sheet).encode())

    def url(self, name: str) -> str:
        """Return the address of an asset by its plain name; raise `KeyError` for one that is not there."""
        return self._assets[name].url

    def answer(self, hashed_name: str, accept_encoding: str) -> Answer | None:
        """Return what is sent for `/static/{hashed_name}`, or None.

        A name with another hash is one that an older page still asks for: it gets the present file, not to be kept.
        """
        parts = _HASHED.match(hashed_name)
        asset = self._assets.get(parts["stem"] + parts["suffix"]) if parts else None
        if asset is None:
            return None
        accepted = {part.split(";")[0].strip() for part in accept_encoding.split(",")}
        coding = next(coding for coding in ("br", "gzip", "") if coding in asset.bodies and coding in {*accepted, ""})
        headers = {
            "content-type": asset.content_type,
            "cache-control": _IMMUTABLE if asset.url.endswith(f"/{hashed_name}") else _REVALIDATED,
            "vary": "accept-encoding",
            "x-content-type-options": "nosniff",
        }
        return Answer(asset.bodies[coding], headers | ({"content-encoding": coding} if coding else {}))

    def _reference(self, reference: re.Match[str]) -> str:
        return f"url({self.url(reference[1])})"

    def _add(self, name: str, body: bytes) -> None:
        path = Path(name)
        bodies = {"": body}
        if path.suffix not in _COMPRESSED_ALREADY:
            bodies |= {"br": brotli.compress(body), "gzip": gzip.compress(body, mtime=0)}
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        self._assets[name] = Asset(
            url=f"/static/{path.stem}.{hashlib.sha256(body).hexdigest()[:12]}{path.suffix}",
            content_type=f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
            bodies=bodies,
        )
