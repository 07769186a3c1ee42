"""Log lines of our own processes: to standard error, one line each, libraries' among them."""

import logging
import sys
import threading
from collections.abc import Sequence
from typing import Any

from edge.request_log import Line
from launcher.fit_to_be_logged import (
    Processor,
    first_line_of_asyncio,
    of_which_request,
    type_and_place,
    without_secrets,
)
from launcher.json_line import as_json
from launcher.settings import Settings
from launcher.structlog_alone import structlog

ProcessorFormatter = structlog.stdlib.ProcessorFormatter

logger = logging.getLogger(__name__)


def log_to_stderr(settings: Settings) -> None:
    """Sets up logging for a process of ours, unless whoever runs this in a process of theirs has
    done so. What nobody caught is written like any other line.
    """
    if logging.getLogger().handlers:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(),
                of_which_request,
            ],
            processors=[
                ProcessorFormatter.remove_processors_meta,
                type_and_place,
                first_line_of_asyncio,
                without_secrets(settings.secrets()),
                *_rendering(settings),
            ],
        )
    )
    logging.basicConfig(level=settings.log_level, handlers=[handler])
    sys.excepthook = _uncaught
    sys.unraisablehook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def request_line(settings: Settings) -> Line:
    """Writes the line of a request. By itself, since it is on the way of every answer: what goes
    through `logging` takes four times as long.
    """
    lines = structlog.wrap_logger(
        structlog.WriteLogger(sys.stderr),
        processors=[structlog.processors.add_log_level, *_rendering(settings)],
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
    )
    bound = lines.bind(logger="slackwater.requests")

    def write(**fields: object) -> None:
        bound.info("request", **fields)

    return write


def _rendering(settings: Settings) -> Sequence[Processor]:
    if settings.log_format == "console" or (settings.log_format == "auto" and sys.stderr.isatty()):
        return (
            structlog.processors.TimeStamper("%H:%M:%S.%f", utc=False),
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        )
    return (as_json,)


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: Any) -> None:
    if issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    logger.critical("a fault of ours ends this", exc_info=(kind, error or kind(), trace))
