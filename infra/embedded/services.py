"""Each service's composition roots, found by their names."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from libs.db.migrating import SERVICES


def composition_roots(name: str) -> dict[str, Any]:
    """Return the module `name` (`app` or `worker`) of each service that has one."""
    modules = {service: f"services.{service}.{name}" for service in SERVICES}
    return {service: import_module(module) for service, module in modules.items() if find_spec(module)}
