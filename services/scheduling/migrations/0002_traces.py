"""Facts carry the trace that they were written in."""

from libs.messaging.migration import carry_traces

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    carry_traces("scheduling")
