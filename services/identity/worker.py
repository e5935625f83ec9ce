"""Composition root of the worker: what identity listens to."""

from libs.config import Settings
from libs.messaging.subscriptions import Subscriptions
from services.identity.organisations import subscribers as organisations


def subscriptions(_: Settings) -> tuple[Subscriptions, ...]:
    return (organisations.subscriptions,)
