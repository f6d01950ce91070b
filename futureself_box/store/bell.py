"""Wakes the worker: there is a new job. A bell that nobody hears loses nothing, as the job is a row.

One empty datagram on a Unix socket in the folder that only the box's user can enter.
"""

import socket
from pathlib import Path

import structlog

log = structlog.get_logger()


def hang(path: Path) -> socket.socket:
    """The socket to listen on: each `recv` is one ring."""
    path.unlink(missing_ok=True)
    bell = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    bell.bind(str(path))
    path.chmod(0o600)
    return bell


def ring(path: Path) -> None:
    """Wake the worker, if it is there. It looks for jobs every minute by itself."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as caller:
        caller.setblocking(False)
        try:
            caller.sendto(b"!", str(path))
        except OSError as error:
            log.info("worker_not_woken", errno=error.errno)
