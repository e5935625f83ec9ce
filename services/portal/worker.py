"""The Dramatiq process of this service."""

from libs.config import Settings
from libs.messaging.subscriptions import Subscriptions
from services.portal.assets import Assets
from services.portal.public.subscribers import public_pages
from services.portal.rendering import Rendering
from services.portal.sign_ins import subscribers as sign_ins


def subscriptions(_: Settings) -> tuple[Subscriptions, ...]:
    return (public_pages(Rendering(Assets())), sign_ins.subscriptions)
