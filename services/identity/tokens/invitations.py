"""A speaker's invitation link stands for a sign-in. Pure: no I/O, no clock, no framework."""

from uuid import UUID

from msgspec import Struct

from libs.errors import Unauthenticated
from libs.fields import Link
from libs.identity import Principal
from libs.permissions import SPEAKER
from libs.sealing import SealBroken, fingerprint, subject_of_link
from services.identity.links.domain import SIGN_IN_REFUSED

_PURPOSE = "invitation"


class InvitationLinkUnknown(Unauthenticated):
    detail = "This invitation link is not one of ours."
    remedy = "Open the link as it stands in the letter, or ask the organisers to send it again."
    journalled = SIGN_IN_REFUSED


class ExchangeInvitation(Struct, frozen=True, forbid_unknown_fields=True):
    link: Link


class Speaker(Struct, frozen=True):
    invitation_id: UUID
    principal: Principal


def speaker_by(link: str, public: Principal, key: bytes) -> Speaker:
    """Return the speaker whom an invitation link names in the tenant of `public`.

    Whether the invitation still stands, and whether this is its present link, its owner decides by the token.
    """
    try:
        invitation_id = subject_of_link(key, _PURPOSE, public.tenant_id, link)
    except SealBroken:
        raise InvitationLinkUnknown(pointer="/link") from None
    principal = Principal(
        tenant_id=public.tenant_id,
        tenant=public.tenant,
        role=SPEAKER,
        invitation_id=invitation_id,
        link_hash=fingerprint(link),
    )
    return Speaker(invitation_id, principal)
