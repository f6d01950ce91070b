"""Reports of the box's own faults, to a server of the Sentry protocol that the owner names; else to nobody.

An event is made anew out of what may be known: which code broke, never on what. Messages of exceptions,
values, hosts, addresses, paths and lines of source stay here. Without an address the library is not even
loaded, and nothing is connected.
"""

import logging
import platform
import re
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from futureself_box import __version__
from futureself_box.settings import Reports

if TYPE_CHECKING:
    from sentry_sdk.types import Event

MOST_AN_HOUR = 30
_HOUR_S = 3600.0
_END_S = 2.0
_CODE = re.compile(r"[a-z_]{1,60}")
_FRAME = ("module", "function", "lineno", "in_app")
# What complains about the reports themselves is not reported.
_SILENT = ("sentry_sdk", "urllib3")


def begin(settings: Reports, process: str) -> None:
    """Report what breaks in this process from now on, if the owner wants that."""
    if not settings.dsn:
        return
    # Only those who report pay for it.
    import sentry_sdk  # noqa: PLC0415
    from sentry_sdk.integrations.atexit import AtexitIntegration  # noqa: PLC0415
    from sentry_sdk.integrations.excepthook import ExcepthookIntegration  # noqa: PLC0415

    sentry_sdk.init(
        dsn=settings.dsn,
        release=__version__,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[ExcepthookIntegration(), AtexitIntegration(callback=lambda *_: None)],
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=False,
        max_breadcrumbs=0,
        auto_session_tracking=False,
        send_client_reports=False,
        propagate_traces=False,
        server_name="",
        in_app_include=["futureself_box"],
        shutdown_timeout=_END_S,
        before_send=scrubber(process),
    )
    logging.getLogger().addHandler(_Reporter())


def scrubber(
    process: str, clock: Callable[[], float] = time.monotonic
) -> "Callable[[Event, Mapping[str, Any]], Event | None]":
    """What makes the event that is sent, for one process; None past `MOST_AN_HOUR`."""
    sent: deque[float] = deque(maxlen=MOST_AN_HOUR)

    def scrub(event: "Event", _: Mapping[str, Any]) -> "Event | None":
        now = clock()
        if len(sent) == MOST_AN_HOUR and now - sent[0] < _HOUR_S:
            return None
        sent.append(now)
        exceptions = event.get("exception", {}).get("values", [])
        return {
            "event_id": event["event_id"],
            "timestamp": event["timestamp"],
            "platform": "python",
            "level": event.get("level", "error"),
            "release": __version__,
            "tags": {"process": process, **_code_of(event)},
            "contexts": {
                "runtime": {"name": "CPython", "version": platform.python_version()},
                "os": {"name": platform.system(), "version": platform.release()},
                "device": {"arch": platform.machine()},
            },
            "exception": {"values": [_exception(one) for one in exceptions]},
        }

    return scrub


class _Reporter(logging.Handler):
    """Reports each exception that is logged, structlog's and the libraries'."""

    def emit(self, record: logging.LogRecord) -> None:
        """Hand it to the library, which sends from a thread of its own."""
        import sentry_sdk  # noqa: PLC0415

        error = _error_of(record)
        if error is None or record.name.startswith(_SILENT):
            return
        with sentry_sdk.new_scope() as scope:
            if isinstance(record.msg, dict):
                scope.set_tag("code", record.msg.get("event"))
            scope.capture_exception(error)


def _error_of(record: logging.LogRecord) -> BaseException | None:
    # structlog leaves it in its own event (ProcessorFormatter.wrap_for_formatter).
    given: Any = record.msg.get("exc_info") if isinstance(record.msg, dict) else record.exc_info
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    return error if isinstance(error, BaseException) else None


def _code_of(event: "Event") -> dict[str, str]:
    code = str(event.get("tags", {}).get("code", ""))
    return {"code": code} if _CODE.fullmatch(code) else {}


def _exception(given: Mapping[str, Any]) -> dict[str, Any]:
    frames = (given.get("stacktrace") or {}).get("frames", [])
    return {
        "type": given.get("type"),
        "module": given.get("module"),
        "stacktrace": {"frames": [{name: frame.get(name) for name in _FRAME} for frame in frames]},
    }
