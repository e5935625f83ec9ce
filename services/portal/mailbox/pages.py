"""`/dev/mailbox`: what the demonstration's letters say. It exists in the demonstration on this machine only."""

import asyncio
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException

from libs.i18n.languages import LANGUAGES, negotiate
from services.portal.mailbox.reading import read_letters
from services.portal.visits import HTML, Doorway


@get("/dev/mailbox")
async def show_mailbox(request: Request[Any, Any, Any], doorway: NamedDependency[Doorway]) -> Response[bytes]:
    settings = doorway.resources.settings
    if not (settings.demo and settings.mailbox and settings.on_loopback):
        raise NotFoundException
    language = negotiate(request.headers.get("accept-language", ""), LANGUAGES)
    letters = await asyncio.to_thread(read_letters, Path(settings.mailbox))
    body = doorway.rendering.page("mailbox/mailbox.html", language, letters=letters, day=None)
    return Response(body, media_type=HTML, headers={"cache-control": "no-store"})
