"""What readers ask for: the programme's page, its data, its calendar; anew, and whether it has changed."""

from bench.client import Load, ask, request, same
from bench.ground import DAY, SESSIONS
from bench.pairs import compare
from bench.report import Row, share, told
from bench.run import Run

_LEAST = 0.8
_LEAST_UNCHANGED = 0.9
AT_A_TIME = 16

PAGE = f"/fr/bench/{DAY}/programme"
_RELEASE = f"/api/v1/bench/editions/{DAY}/releases/latest"
PATHS = {
    "public programme page": PAGE,
    "programme.json": f"{_RELEASE}/programme.json",
    "programme.ics": f"{_RELEASE}/programme.ics",
}
BROWSER = {"accept-encoding": "gzip, deflate, br", "accept": "text/html,*/*", "accept-language": "fr"}


class Empty(Exception):
    """A page does not show what it must: its speed would mean nothing."""


async def lengths(port: int) -> dict[str, int]:
    """Return how many bytes each path answers, as browsers take them; raise `Empty` where the programme is missing."""
    page = await ask(port, request(PAGE))
    if f"Séance {SESSIONS - 1}" not in page.body.decode():
        raise Empty(PAGE)
    return {path: len((await ask(port, request(path, BROWSER))).body) for path in PATHS.values()}


async def measure(run: Run) -> list[Row]:
    """Compare each path with as many bytes from bare Litestar."""
    rows = []
    for what, path in PATHS.items():
        wire = same(request(path, BROWSER))
        for connections in (1, AT_A_TIME, 64) if path == PAGE else (AT_A_TIME,):
            found = await compare(
                Load(port=run.platform.port, requests=wire),
                Load(port=run.ceiling, requests=wire),
                run.pace,
                connections=connections,
            )
            of = f"bare Litestar, {run.lengths[path]:,} bytes"
            rows.append(share(what, found.ratio, _LEAST, of, found.under))
            rows.append(told("  … a second", found.ours, "answers/s", found.under))
            run.note(what, found)
    return rows


async def measure_unchanged(run: Run) -> list[Row]:
    """Compare a 304 with hello."""
    port = run.platform.port
    etag = (await ask(port, request(PAGE, BROWSER))).headers["etag"]
    found = await compare(
        Load(port=port, requests=same(request(PAGE, BROWSER | {"if-none-match": etag})), status=304),
        Load(port=run.ceiling, requests=same(request("/hello", BROWSER))),
        run.pace,
        connections=AT_A_TIME,
    )
    run.note("304", found)
    of = "hello from bare Litestar"
    return [share("304", found.ratio, _LEAST_UNCHANGED, of, found.under)]
