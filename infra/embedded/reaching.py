"""Reaching an instance's database from a command beside it, whether the instance runs or not."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from infra.embedded.place import instance_settings, is_embedded, read_place
from infra.embedded.postgresql import prepare, running
from infra.supervising.folder import held, holder


@contextmanager
def reached(environ: Mapping[str, str]) -> Iterator[tuple[dict[str, str], Path]]:
    """Yield the environment of a command beside the platform, and the data folder.

    An embedded instance that does not run is held, and its PostgreSQL runs, for as long as the block does.
    """
    beside, data = instance_settings(environ), read_place(environ).data
    if is_embedded(environ) and holder(data) is None:
        with held(data), running(prepare(data)):
            yield beside, data
    else:
        yield beside, data
