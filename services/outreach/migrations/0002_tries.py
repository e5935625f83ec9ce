"""A letter that the mail server does not take waits for days; one whose outcome nobody knows is held."""

import sqlalchemy as sa
from alembic import op

from libs.messaging.migration import mount_due

revision = "0002"
down_revision = "0001"

_INSTANT = sa.DateTime(timezone=True)
_HAS_ITS_LINK = "('queued', 'sending', 'unsure', 'given_up')"


def upgrade() -> None:
    mount_due("outreach")
    op.add_column("letter", sa.Column("tries", sa.Integer, nullable=False, server_default="0"), schema="outreach")
    op.add_column(
        "letter", sa.Column("waiting_since", _INSTANT, nullable=False, server_default=sa.func.now()), schema="outreach"
    )
    op.add_column("letter", sa.Column("next_try_at", _INSTANT), schema="outreach")
    op.add_column("letter", sa.Column("sending_since", _INSTANT), schema="outreach")
    for name in ("letter_state", "letter_link_is_blanked"):
        op.drop_constraint(name, "letter", schema="outreach")
    op.create_check_constraint(
        "letter_state",
        "letter",
        "state IN ('queued', 'sending', 'sent', 'refused', 'unsure', 'given_up')",
        schema="outreach",
    )
    op.create_check_constraint(
        "letter_link_is_blanked", "letter", f"state IN {_HAS_ITS_LINK} OR sealed_link = ''", schema="outreach"
    )
