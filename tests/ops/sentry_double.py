"""A double of a server of the Sentry protocol: takes envelopes as the protocol has them, and keeps all.

https://develop.sentry.dev/sdk/data-model/envelopes/: a line of JSON about the envelope, then for each item
a line with its type and length, and its bytes. What doesn't hold to that is refused.
"""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_KEY = "0123456789abcdef0123456789abcdef"


class SentryDouble:
    """Where it is, and what came."""

    def __init__(self, port: int) -> None:
        self.dsn = f"http://{_KEY}@localhost:{port}/7"
        self.requests: list[bytes] = []
        self.complaints: list[str] = []
        self._events: list[dict[str, Any]] = []

    def take(self, path: str, sent_auth: str, body: bytes) -> None:
        """One request. Raises ValueError where it isn't of the protocol."""
        self.requests.append(path.encode() + sent_auth.encode() + body)
        if path != "/api/7/envelope/" or f"sentry_key={_KEY}" not in sent_auth:
            raise ValueError("This is not the project, or not its key.")
        about, _, rest = body.partition(b"\n")
        for kind, payload in _items(rest):
            if kind != "event":
                raise ValueError(f"An item of type {kind} was not asked for.")
            event = json.loads(payload)
            if event["event_id"] != json.loads(about)["event_id"]:
                raise ValueError("The envelope is about another event.")
            self._events.append(event)

    def events(self) -> list[dict[str, Any]]:
        """What was reported, oldest first."""
        assert not self.complaints
        return self._events

    def kept(self) -> bytes:
        """Every byte that came."""
        return b"\n".join(self.requests)


def _items(rest: bytes) -> Iterator[tuple[str, bytes]]:
    while rest.strip():
        header, _, rest = rest.partition(b"\n")
        about = json.loads(header)
        length = about["length"]
        if len(rest) < length:
            raise ValueError("An item is shorter than it says.")
        yield about["type"], rest[:length]
        rest = rest[length:].removeprefix(b"\n")


@contextmanager
def sentry_double() -> Iterator[SentryDouble]:
    """One that listens on loopback."""
    server = ThreadingHTTPServer(("localhost", 0), _Handler)
    server.daemon_threads = False
    server.double = double = SentryDouble(server.server_port)  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers["content-encoding"] == "gzip":
            body = gzip.decompress(body)
        double: SentryDouble = self.server.double  # type: ignore[attr-defined]
        try:
            double.take(self.path, f"{self.headers}", body)
        except (ValueError, KeyError) as error:
            double.complaints.append(str(error))
            self.send_response(400)
        else:
            self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        pass
