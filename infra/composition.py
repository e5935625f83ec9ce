"""Each service's composition roots, found by their names."""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from libs.config import SERVICES


def serving(name: str) -> tuple[str, ...]:
    """Return the services that have the composition root `name` (`app` or `worker`)."""
    return tuple(service for service in SERVICES if find_spec(f"services.{service}.{name}"))


def composition_roots(name: str, services: Sequence[str] = ()) -> dict[str, Any]:
    """Return these modules by their services: of the services named, or of all. No other is imported."""
    return {service: import_module(f"services.{service}.{name}") for service in services or serving(name)}
