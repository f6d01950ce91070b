"""Wakes another process: there is a new job, or something new of a member. A bell that nobody hears
loses nothing, as the job and the news are rows.

One datagram on a Unix socket in the folder that only the box's user can enter.
"""

import socket
from pathlib import Path
from uuid import UUID

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
    _send(path, b"!")


def ring_about(path: Path, member: UUID) -> None:
    """Wake the box, if it is there: a member's phones have something new to read."""
    _send(path, member.bytes)


def _send(path: Path, message: bytes) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as caller:
        caller.setblocking(False)
        try:
            caller.sendto(message, str(path))
        except OSError as error:
            log.info("not_woken", who=path.stem, errno=error.errno)
