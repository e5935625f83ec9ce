"""What `demo` does when all parts are there: loads the demonstration's data and says where to look."""

import asyncio
import json
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from infra.supervising.child import ROOT
from infra.supervising.ties import NotStarted, as_child, signal_group

_LOADER = "infra.demo.load"


async def load(environ: Mapping[str, str]) -> None:
    """Run the loader, whose lines go to the terminal; raise `NotStarted` if it fails."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        _LOADER,
        stdin=asyncio.subprocess.DEVNULL,
        env=environ,
        cwd=ROOT,
        **as_child(signal.SIGKILL),
    )
    try:
        if await process.wait():
            raise NotStarted("The demonstration's data could not be loaded (see above).")
    finally:
        signal_group(process.pid, signal.SIGKILL)


def where_to_look(environ: Mapping[str, str]) -> list[str]:
    """Return the lines that tell a newcomer where to go, with a link for each persona."""
    base_url = environ["MOUSSEM_BASE_URL"]
    letters = [f"every letter it sends: {base_url}/dev/mailbox"] if environ.get("MOUSSEM_DEMO") == "1" else []
    written = Path(environ["MOUSSEM_DATA"]) / "demo.json"
    personas = json.loads(written.read_text())["personas"] if written.exists() else []
    return [
        f"ready: {base_url}",
        *letters,
        *(f"{each['name']} ({each['role']}, {each['tenant']}): {each['sign_in_url']}" for each in personas),
    ]
