"""Somebody on the home network who talks to a box from another place, well-meaning or not.

A socket belongs to the namespace that it was opened in, so only opening it happens there.
"""

import socket
import ssl
from typing import Any

import httpx2
import msgspec
from websockets.sync.client import ClientConnection, connect

from futureself_box.api import frames
from futureself_box.api.frames import BoxFrame, Hello, PhoneFrame
from tests.network.home_network import Place

HTTPS_PORT, JOIN_PORT, LOCAL_PORT = 8443, 8480, 8420
# Base64url of 32 and of 16 bytes: a hash and a nonce that somebody made up.
COMMITMENT, MADE_UP = "A" * 43, "A" * 22


class Visitor:
    """Whoever is in `place` and talks to the box at `address`, whose authority they know."""

    def __init__(self, place: Place, address: str) -> None:
        self.place, self.address = place, address
        self.url = f"https://{address}:{HTTPS_PORT}"
        self.join_url = f"http://{address}:{JOIN_PORT}"
        self.authority = self._fetch_authority()
        self.context = ssl.create_default_context(cadata=self.authority)

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        base: str | None = None,
        source: str | None = None,
    ) -> httpx2.Response:
        """One HTTP request; over TLS to the app where `base` says nothing else."""

        def send() -> httpx2.Response:
            transport = httpx2.HTTPTransport(verify=self.context, local_address=source)
            with httpx2.Client(transport=transport, timeout=20) as http:
                return http.request(method, (base or self.url) + path, json=body, headers=headers)

        return self.place.call(send)

    def ask(self, given: str, *, source: str | None = None, base: str | None = None) -> str:
        """Come with a code or a secret; the code of the error, or nothing where one may wait."""
        body = {"given": given, "device_name": "Theirs", "commitment": COMMITMENT}
        answer = self.request("POST", "/api/join", body, source=source, base=base)
        return "" if answer.is_success else str(answer.json()["code"])

    def connection(self, port: int = HTTPS_PORT, *, source: str | None = None) -> socket.socket:
        """A bare connection."""
        where, whence = (self.address, port), (source, 0) if source else None
        return self.place.call(lambda: socket.create_connection(where, 10, whence))

    def socket(self, *, host: str | None = None, origin: str | None = None) -> ClientConnection:
        """The box's WebSocket, called by that name from a page of that origin. Raises InvalidStatus."""
        name = host or f"{self.address}:{HTTPS_PORT}"
        # TLS by hand: the name that is called may be one that the certificate doesn't have.
        wrapped = self.context.wrap_socket(self.connection(), server_hostname=self.address)
        # Its types want a context manager; this socket is handed on.
        open_socket: Any = connect
        url = f"ws://{name}/ws"
        try:
            opened: ClientConnection = open_socket(
                url, sock=wrapped, origin=origin, compression=None, legacy=True
            )
        except BaseException:
            wrapped.close()
            raise
        return opened

    def _fetch_authority(self) -> str:
        fetched = self.place.call(
            lambda: httpx2.get(f"{self.join_url}/future-self-box.crt", timeout=10)
        )
        return ssl.DER_cert_to_PEM_cert(fetched.raise_for_status().content)


def say(connection: ClientConnection, frame: PhoneFrame) -> None:
    """Send one frame."""
    connection.send(frames.encoder.encode(frame).decode())


def hear(connection: ClientConnection) -> BoxFrame:
    """The next frame. Raises ConnectionClosed."""
    frame: BoxFrame = msgspec.json.decode(connection.recv(timeout=20), type=BoxFrame)
    return frame


def hello(token: str) -> Hello:
    """A phone's first frame."""
    return Hello(token=token, schema=frames.SCHEMA)
