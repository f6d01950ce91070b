"""Logs: codes, ids, counts and durations, one event a line, on stderr. Never a member's words."""

import logging
import sys

import structlog

from futureself_box.settings import Log


def configure(settings: Log, process: str) -> None:
    """Set up logging for this process; the libraries' own logs go the same way."""
    as_json = settings.format == "json" or (settings.format == "auto" and not sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(settings.level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
    handler = logging.StreamHandler()
    handler.setFormatter(_formatter(shared, as_json=as_json))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("futureself_box").setLevel(settings.level.upper())
    # Requests in these would carry paths and, in one of them, bodies.
    for name in ("httpx", "httpx2", "uvicorn.access"):
        logging.getLogger(name).disabled = True


def _formatter(
    shared: list[structlog.typing.Processor], *, as_json: bool
) -> structlog.stdlib.ProcessorFormatter:
    renderer: structlog.typing.Processor
    # Exceptions without local variables: those hold what people wrote.
    if as_json:
        renderer = structlog.processors.JSONRenderer()
        tail: list[structlog.typing.Processor] = [structlog.processors.format_exc_info, renderer]
    else:
        tail = [
            structlog.dev.ConsoleRenderer(
                exception_formatter=structlog.dev.plain_traceback,
            )
        ]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *tail],
    )
