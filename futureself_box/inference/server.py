"""The inference process: the OpenAI-compatible API on a Unix socket.

It speaks HTTP, renders chat templates and keeps the children alive; the models themselves run in the
children. Only this machine reaches the socket, and only the box's own user and group may open it.
"""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
import uvicorn

from futureself_box.errors import AlreadyRunning, SocketPathTooLong
from futureself_box.inference import routes
from futureself_box.inference.models import Models
from futureself_box.settings import Settings, check_socket_path

_DRAIN_S = 2
_log = structlog.get_logger()


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Raises SocketPathTooLong or AlreadyRunning."""
    path = settings.inference_socket
    listener = _listen(path)
    try:
        models = Models(settings)
        config = uvicorn.Config(
            routes.make_app(models),
            loop="uvloop",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_DRAIN_S,
        )
        _log.info("inference_listening", socket=str(path))
        _Server(config, models).run([listener])
    finally:
        listener.close()
        path.unlink(missing_ok=True)


class _Server(uvicorn.Server):
    """uvicorn, which ends running answers at once instead of waiting for their last word."""

    def __init__(self, config: uvicorn.Config, models: Models) -> None:
        super().__init__(config)
        self._models = models

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave in order at a signal; uvicorn would then also die of it, before our last lines."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.handle_exit)
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the models and listen."""
        self._models.start(self._leave)
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell everybody who waits for an answer, drain the connections, stop the children."""
        self._models.refuse()
        await super().shutdown(sockets)
        await self._models.stop()

    def _leave(self) -> None:
        self.should_exit = True


def _listen(path: Path) -> socket.socket:
    if not check_socket_path(path):
        raise SocketPathTooLong
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if _answers(path):
        raise AlreadyRunning("Another inference process is already running on this data folder.")
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    path.chmod(0o660)
    return listener


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        return True
