"""What one address may take of the box: connections, and time to say something.

A household has a handful of phones behind each address, never dozens of connections. Both are held
where a connection is accepted, before the application hears of it.
"""

import asyncio
from collections import Counter
from typing import Any

import structlog
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

CONNECTIONS_OF_AN_ADDRESS = 64
CONNECTIONS = 512
REQUEST_WITHIN_S = 10.0

_open: Counter[str] = Counter()

log = structlog.get_logger()


class LimitedHttp(H11Protocol):
    """uvicorn's HTTP, for as many connections of one address as are fair.

    One too many is closed at once, and so is one whose first request doesn't come in time.
    """

    _silence: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """A client is there: take it, or hang up."""
        super().connection_made(transport)
        address = _address(transport)
        _open[address] += 1
        if _open[address] > CONNECTIONS_OF_AN_ADDRESS or _open.total() > CONNECTIONS:
            if _open[address] == CONNECTIONS_OF_AN_ADDRESS + 1:
                log.warning("too_many_connections", open=_open.total())
            transport.abort()
        else:
            self._silence = self.loop.call_later(REQUEST_WITHIN_S, transport.abort)

    def handle_events(self) -> None:
        """Something has come: a request or a part of one."""
        super().handle_events()
        if self.scope is not None:
            self._end_silence()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._end_silence()
        _release(self.transport)
        super().connection_lost(exc)

    def _end_silence(self) -> None:
        if self._silence is not None:
            self._silence.cancel()


class LimitedSocket(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket, which takes a connection over from HTTP and gives it back to the count."""

    def connection_lost(self, exc: Exception | None) -> None:
        """The phone is gone."""
        _release(self.transport)
        super().connection_lost(exc)


def _release(transport: Any) -> None:
    address = _address(transport)
    _open[address] -= 1
    if _open[address] <= 0:
        del _open[address]


def _address(transport: Any) -> str:
    peer = transport.get_extra_info("peername")
    return str(peer[0]) if peer else ""
