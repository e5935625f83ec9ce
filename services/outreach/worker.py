"""Composition root of the worker: what outreach listens to."""

import dramatiq

from libs.config import Settings
from libs.db.tenancy import Sessions
from libs.messaging.subscriptions import Subscriptions
from libs.tenants import subscribers as tenants
from services.outreach.letters.catalogue import read_catalogue
from services.outreach.letters.commands import Desk
from services.outreach.letters.subscribers import letters
from services.outreach.post_office import open_post_office


def subscriptions(_: Settings) -> tuple[Subscriptions, ...]:
    return (tenants.subscriptions,)


def declare(_: dramatiq.Broker, sessions: Sessions, settings: Settings) -> tuple[Subscriptions, ...]:
    """Return what keeps and sends letters, in transactions of its own."""
    desk = Desk(read_catalogue(), settings.key, settings.mail_from, open_post_office(settings.smtp_url))
    return (letters(desk, sessions),)
