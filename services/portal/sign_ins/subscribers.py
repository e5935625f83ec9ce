"""What the portal does about sign-ins that identity has ended."""

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from libs.contracts.events import SignInEnded
from libs.messaging.envelopes import Envelope
from libs.messaging.subscriptions import Subscriptions
from services.portal.sign_ins.models import SignIn

subscriptions = Subscriptions()


@subscriptions.projection(SignInEnded)
async def forget_sign_in(session: AsyncSession, event: SignInEnded, _: Envelope) -> None:
    """Let the browser's key open nothing any more, though its token might be good for some minutes yet."""
    await session.execute(delete(SignIn).filter_by(id=event.id))
