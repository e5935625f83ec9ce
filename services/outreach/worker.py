"""Composition root of the worker: what outreach listens to."""

from libs.config import Settings
from libs.messaging.subscriptions import Subscriptions
from libs.tenants import subscribers as tenants
from services.outreach.letters.catalogue import read_catalogue
from services.outreach.letters.commands import Desk
from services.outreach.letters.subscribers import letters
from services.outreach.post_office import open_post_office


def subscriptions(settings: Settings) -> tuple[Subscriptions, ...]:
    desk = Desk(read_catalogue(), settings.key, settings.mail_from, open_post_office(settings.smtp_url))
    return (tenants.subscriptions, letters(desk))
