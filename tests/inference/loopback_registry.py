"""An Ollama registry on loopback, as unreliable as it is told to be."""

import hashlib
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_WEIGHTS = "application/vnd.ollama.image.model"
_BUFFER = 256 * 1024


class LoopbackRegistry:
    """Serves one file under any name, at a redirect's end.

    `drops` are the bytes of all that it ever sends behind which a connection breaks, `lies` the pieces
    whose bytes are wrong when they are first sent. `sums` says whether it names the sums of pieces.
    """

    def __init__(self, file: Path, *, piece_bytes: int = 1 << 20, sums: bool = True) -> None:
        self.file, self.piece_bytes, self.sums = file, piece_bytes, sums
        self.size = file.stat().st_size
        with file.open("rb") as content:
            self.sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        self.drops: list[int] = []
        self.lies: set[int] = set()
        self.status: dict[str, int] = {}
        self.layers = [
            {"mediaType": _WEIGHTS, "digest": f"sha256:{self.sha256}", "size": self.size}
        ]
        self.sent = 0
        self.ranges: list[int] = []
        self.url = ""

    def pieces(self) -> Iterator[bytes]:
        with self.file.open("rb") as file:
            while data := file.read(self.piece_bytes):
                yield data

    def chunksums(self) -> str:
        lines, at = [], 0
        for data in self.pieces():
            digest = hashlib.sha256(data).hexdigest()
            lines.append(f"sha256:{digest} {at}-{at + len(data) - 1}\n")
            at += len(data)
        return "".join(lines)

    def part(self, start: int, end: int) -> bytes:
        """Bytes of the file, or a lie in their place, once."""
        with self.file.open("rb") as file:
            file.seek(start)
            data = bytearray(file.read(end - start))
        for piece in [p for p in self.lies if start // self.piece_bytes == p]:
            self.lies.discard(piece)
            data[0] ^= 0xFF
        return bytes(data)


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    registry: LoopbackRegistry


@contextmanager
def serving(registry: LoopbackRegistry) -> Iterator[LoopbackRegistry]:
    """Let it answer on a free port."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.registry = registry
    registry.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield registry
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def registry(self) -> LoopbackRegistry:
        assert isinstance(self.server, _Server)
        return self.server.registry

    def do_GET(self) -> None:
        registry, kind = self.registry, self.path.split("/")[-2]
        data = f"/data/{registry.sha256}"
        if status := registry.status.get(kind):
            self.answer(status, b"")
        elif kind == "manifests":
            body = {"schemaVersion": 2, "layers": registry.layers}
            self.answer(200, json.dumps(body).encode())
        elif kind == "chunksums" and registry.sums:
            self.answer(200, registry.chunksums().encode(), {"Content-Location": data})
        elif kind == "blobs":
            self.answer(307, b"", {"Location": data})
        elif kind == "data":
            self.send_data()
        else:
            self.answer(404, b"")

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def send_data(self) -> None:
        size = self.registry.size
        start = int(self.headers["Range"].removeprefix("bytes=").split("-")[0])
        self.registry.ranges.append(start)
        self.send_response(206)
        self.send_header("Content-Length", str(size - start))
        self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
        self.end_headers()
        try:
            self.pour(start)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def pour(self, at: int) -> None:
        registry = self.registry
        while at < registry.size:
            end = min(at + _BUFFER, (at // registry.piece_bytes + 1) * registry.piece_bytes)
            data = registry.part(at, min(end, registry.size))
            if registry.drops and registry.sent + len(data) > registry.drops[0]:
                last = data[: max(0, registry.drops.pop(0) - registry.sent)]
                registry.sent += len(last)
                self.wfile.write(last)
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            self.wfile.write(data)
            registry.sent += len(data)
            at += len(data)

    def log_message(self, *_: object) -> None:
        pass
