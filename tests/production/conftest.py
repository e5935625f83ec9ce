from collections.abc import Iterator

import pytest

from tests.production.apart import Apart
from tests.production.servers import need


@pytest.fixture(scope="package")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    """Yield the services apart, for all tests that leave them running, whatever they do to one of the processes."""
    need("PostgreSQL", "RabbitMQ", "rabbitmqctl", "nginx", "pgbouncer")
    with Apart(tmp_path_factory.mktemp("apart")) as apart:
        apart.says("stops everything")
        yield apart
