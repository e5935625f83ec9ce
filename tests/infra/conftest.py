from collections.abc import Iterator

import pytest

from tests.infra.instance import Instance


@pytest.fixture(scope="package")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """Yield one running instance for all tests that leave it running, whatever they do to its parts."""
    with Instance(tmp_path_factory.mktemp("instance")) as instance:
        instance.says("ready: ")
        yield instance
