"""Texts as they come in at a border: bounded, without control characters. For the annotations of command structs.

PostgreSQL refuses NUL, and a line break in a name would end up in a mail's header: both are shape, refused with the
field's name before anything is done.
"""

from typing import Annotated

from msgspec import Meta

_END = r"$(?!\n)"  # Python's `$` also matches before a last line break
_LINE = r"^(?=.*\S)[^\x00-\x1f\x7f\u2028\u2029]*" + _END
_PARAGRAPH = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
_EMAIL = r"^[^@\s\x00-\x1f\x7f<>\",;:]+@[^@\s\x00-\x1f\x7f<>\",;:]+\.[^@\s\x00-\x1f\x7f<>\",;:.]+" + _END
_SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*" + _END

Line = Annotated[str, Meta(min_length=1, max_length=200, pattern=_LINE)]
Paragraph = Annotated[str, Meta(max_length=4000, pattern=_PARAGRAPH)]
Email = Annotated[str, Meta(max_length=254, pattern=_EMAIL)]
Slug = Annotated[str, Meta(min_length=1, max_length=80, pattern=_SLUG)]
RegionId = Annotated[str, Meta(max_length=80, pattern=r"^[a-z0-9-]*$")]  # empty: the country has none here
Language = Annotated[str, Meta(pattern=r"^(fr|ar|en)" + _END)]
Link = Annotated[str, Meta(min_length=16, max_length=200, pattern=r"^[A-Za-z0-9_-]+" + _END)]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}" + _END)]
Words = Annotated[dict[Language, Line], Meta(min_length=1, max_length=3)]  # a text in the tenant's languages

# words that stand in an address where a slug could: a slug may not be one of them
RESERVED_SLUGS = frozenset(
    {
        *(
            "workspace",
            "sign-in",
            "sign-out",
            "invitation",
            "programme",
            "panels",
            "speakers",
            "changes",
            "commitments",
        ),
        *("api", "static", "dev", "oauth", "sso", "healthz", "readyz", "latest", "editions", "fr", "ar", "en"),
    }
)
