"""Facts carry the trace that they were written in."""

from libs.messaging.migration import carry_traces

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    carry_traces("identity")
