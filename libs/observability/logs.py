"""Logs: one JSON object a line where a machine reads them, coloured lines where a person does."""

import logging
import sys

import structlog

from libs.observability.repeats import SaidOnce


def configure_logs(*, level: str = "INFO") -> None:
    """Send everything, the libraries' lines too, through structlog to standard error, with the bound context."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    person = sys.stderr.isatty()
    renderer: structlog.types.Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if person
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    final: list[structlog.types.Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
    if not person:
        final.insert(1, structlog.processors.format_exc_info)
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_name_messages)
    handler.addFilter(SaidOnce())
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=final))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.getLogger("authlib").setLevel(logging.INFO)  # its debug lines quote tokens
    for chatty in ("httpx2", "alembic", "pika", "psycopg.pool", "dramatiq_postgres"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _name_messages(record: logging.LogRecord) -> bool:
    """Let Dramatiq name a message in the log, not quote it: facts hold names and addresses."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            f"{getattr(each, 'actor_name', '')} {each.message_id}" if hasattr(each, "message_id") else each
            for each in record.args
        )
    return True
