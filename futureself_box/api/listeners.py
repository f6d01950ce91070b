"""The ports of the box: on the machine itself, on the home network, and the one that phones join by.

One event loop serves them all. The first listener takes the signals and runs the application's start
and end; the others live in between.
"""

import asyncio
import errno
import socket
import ssl
from collections.abc import Generator, Sequence
from contextlib import contextmanager

import msgspec
import uvicorn
from litestar.types import ASGIApp

from futureself_box.api import frames
from futureself_box.api.limits import LimitedHttp, LimitedSocket
from futureself_box.errors import PortTaken

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104
# One after the other, and together less than the supervisor's patience.
_STOP_FIRST_S = 1
_STOP_OTHERS_S = 2
_NO_IPV6 = {errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL}


class Listener(msgspec.Struct, frozen=True):
    """Bound sockets and what answers on them; over TLS where there is a context."""

    sockets: tuple[socket.socket, ...]
    application: ASGIApp
    tls: ssl.SSLContext | None = None


def bind(hosts: Sequence[str], port: int, variable: str) -> tuple[socket.socket, ...]:
    """A bound socket for each host; a machine without IPv6 does without it.

    Raises PortTaken; its hint names the `variable` that sets another port.
    """
    bound: list[socket.socket] = []
    for host in hosts:
        try:
            bound.append(_bind(host, port))
        except OSError as error:
            if bound and error.errno in _NO_IPV6:
                continue
            for other in bound:
                other.close()
            raise _taken(error, host, port, variable) from error
    return tuple(bound)


def serve(first: Listener, others: Sequence[Listener]) -> None:
    """Serve until SIGTERM or SIGINT."""
    _First(first, others).run(sockets=list(first.sockets))


class _First(uvicorn.Server):
    """The listener that the others live within."""

    def __init__(self, listener: Listener, others: Sequence[Listener]) -> None:
        super().__init__(_config(listener, lifespan=True))
        self._others = [_Other(other) for other in others]
        self._serving: list[asyncio.Task[None]] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._serving = [asyncio.create_task(other.serve()) for other in self._others]

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for other in self._others:
            other.should_exit = True
        await asyncio.gather(*self._serving)
        await super().shutdown(sockets)


class _Other(uvicorn.Server):
    """A listener beside the first, which leaves the signals to it."""

    def __init__(self, listener: Listener) -> None:
        super().__init__(_config(listener, lifespan=False))
        self._listener = listener

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        await super().serve(sockets or list(self._listener.sockets))

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def _config(listener: Listener, *, lifespan: bool) -> uvicorn.Config:
    tls = listener.tls
    return uvicorn.Config(
        listener.application,
        loop="uvloop",
        http=LimitedHttp,
        ws=LimitedSocket,
        lifespan="on" if lifespan else "off",
        ssl_context_factory=None if tls is None else lambda *_: tls,
        ws_max_size=frames.MAX_FRAME_BYTES,
        # Compression beside secrets tells of them by length (CRIME), and costs memory a phone.
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_STOP_FIRST_S if lifespan else _STOP_OTHERS_S,
    )


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


def _taken(error: OSError, host: str, port: int, variable: str) -> PortTaken:
    hint = f"Stop that program, or set {variable} to a free port."
    if error.errno == errno.EADDRINUSE:
        return PortTaken(f"Port {port} is in use by another program.", hint=hint)
    message = f"The box can't listen on {host}:{port}: {error.strerror}."
    return PortTaken(message, hint=f"See {variable} in docs/settings.md.")
