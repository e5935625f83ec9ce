import logging

import dramatiq
import pytest

from libs.observability.logs import configure_logs

pytestmark = pytest.mark.unit


def test_a_message_on_the_queue_is_named_in_the_log_and_not_quoted(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    message = dramatiq.Message[None](
        queue_name="q", actor_name="outreach.hear", args=([{"recipient": "salma@fed.example"}],), kwargs={}, options={}
    )
    try:
        configure_logs()
        logging.getLogger("dramatiq.worker.WorkerThread").error("Failed to process message %s.", message)
    finally:
        root.handlers[:], root.level = before[0], before[1]

    logged = capsys.readouterr().err
    assert f"outreach.hear {message.message_id}" in logged
    assert "salma" not in logged
