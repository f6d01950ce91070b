"""The box hands out the key of a store to a process of its own user, over a Unix socket.

The box process alone has the box's key. Others, the worker above all, send a key file's content and
get the key in it, also for files of old backups. The kernel says who asks (SO_PEERCRED, unix(7)).
One question a connection; the asker closes its half, then reads the answer.
"""

import os
import socket
import struct
import threading
from pathlib import Path

import msgspec
import structlog

from futureself_box.errors import BoxError, BoxNotRunning, KeyWrong, SocketPathTooLong
from futureself_box.settings import check_socket_path
from futureself_box.store import keys

_MOST_BYTES = 1 << 20
_PATIENCE_S = 10.0
_CREDENTIALS = struct.Struct("3i")

log = structlog.get_logger()


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The key, or why there is none."""

    key: bytes | None = None
    problem: str = ""


class Keyhole:
    """The box's side: answers in a thread of its own until it is closed."""

    def __init__(self, path: Path, unlock: keys.Opener) -> None:
        if not check_socket_path(path):
            raise SocketPathTooLong
        self._path, self._unlock = path, unlock
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        path.chmod(0o600)
        self._listener.listen()
        self._thread = threading.Thread(target=self._serve, name="keyhole", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Answer nobody any more."""
        self._path.unlink(missing_ok=True)
        # Wakes accept(2), which closing alone does not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                asker, _ = self._listener.accept()
            except OSError:
                return
            with asker:
                try:
                    self._answer(asker)
                except OSError as error:
                    log.warning("keyhole_left", errno=error.errno)

    def _answer(self, asker: socket.socket) -> None:
        asker.settimeout(_PATIENCE_S)
        if _user_of(asker) != os.getuid():
            log.warning("keyhole_refused", user=_user_of(asker))
            return
        try:
            file = keys.decode(_read(asker), "sent")
            answer = Answer(key=self._unlock(file))
        except BoxError as error:
            answer = Answer(problem=error.message)
        asker.sendall(msgspec.json.encode(answer))


def ask(path: Path, file: keys.KeyFile) -> bytes:
    """The key in use of this file, from the running box. Raises BoxNotRunning or KeyWrong."""
    try:
        with socket.socket(socket.AF_UNIX) as asked:
            asked.settimeout(_PATIENCE_S)
            asked.connect(str(path))
            asked.sendall(msgspec.json.encode(file))
            asked.shutdown(socket.SHUT_WR)
            answer = msgspec.json.decode(_read(asked), type=Answer)
    except (OSError, msgspec.DecodeError) as error:
        raise BoxNotRunning from error
    if answer.key is None:
        raise KeyWrong(answer.problem)
    return answer.key


def _read(peer: socket.socket) -> bytes:
    content = b""
    while len(content) < _MOST_BYTES and (block := peer.recv(65536)):
        content += block
    return content


def _user_of(peer: socket.socket) -> int:
    sent = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return int(_CREDENTIALS.unpack(sent)[1])
