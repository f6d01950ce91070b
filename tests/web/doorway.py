"""A box's join port and the https page behind it, as a phone on the home network meets them.

The join port, the authority and the leaf are the real ones. The https side is a page and the `/check`
that the join port's page asks; a test can make it show a stranger's leaf, or be another box.
"""

import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from ipaddress import IPv4Address
from pathlib import Path
from ssl import SSLContext
from urllib.parse import urlsplit

import msgspec
import uvicorn
from litestar.types import ASGIApp, Receive, Scope, Send

from futureself_box.api import join_port, wall_clock
from futureself_box.bench.running_box import eventually, free_port
from futureself_box.lan import authority, identity, tls
from futureself_box.lan.presence import Presence
from futureself_box.settings import Lan
from futureself_box.store.vault import Vault

ADDRESS = IPv4Address("192.168.77.20")
_THE_APP = b"<!doctype html><html lang=en><title>The app</title><h1>The app</h1></html>"


class Https:
    """The https side: it remembers what it heard, and can say that it is another box."""

    def __init__(self, box_id: str) -> None:
        self.box_id = box_id
        self.heard: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.heard.append(told(scope))
        is_check = scope["path"] == "/check"
        body = json.dumps({"id": self.box_id}).encode() if is_check else _THE_APP
        headers = [
            (b"content-type", b"application/json" if is_check else b"text/html"),
            (b"access-control-allow-origin", b"*"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})


def presence_at(address: IPv4Address, folder: Path) -> Presence:
    """A new box that is at that address."""
    vault = Vault(folder / "data", folder / "config")
    lan = Lan(port=free_port(), join_port=free_port())
    presence = Presence(vault.household, lan, now=wall_clock.now)
    presence.addresses = (address,)
    presence.identity = identity.renew(
        vault.household, presence.identity, presence.addresses, wall_clock.now()
    )
    vault.close()
    return presence


class Doorway:
    """One box with both ports open. `clock` is what its own clock says."""

    def __init__(self, folder: Path) -> None:
        self.presence = presence_at(ADDRESS, folder)
        self.https = Https(self.presence.identity.id)
        self.heard: list[str] = []
        self.clock: Callable[[], datetime] = wall_clock.now
        self.be_itself()

    @property
    def url(self) -> str:
        """What the QR leads to, with the secret left out."""
        url = self.presence.join_url(str(ADDRESS), "")
        assert url is not None
        return url.removesuffix("#")

    def be_itself(self) -> None:
        """Show a leaf of the box's own authority, under the box's own id."""
        self.https.box_id = self.presence.identity.id
        tls.load(self.presence.context, self.presence.identity)

    def be_a_stranger(self) -> None:
        """Show a leaf of somebody else's authority."""
        own, now = self.presence.identity, wall_clock.now()
        other = authority.new_authority(own.id, now)
        leaf = authority.issue_leaf(other, own.leaf_key, [own.host_name], [ADDRESS], now)
        tls.load(self.presence.context, msgspec.structs.replace(own, authority=other, leaf=leaf))

    @contextmanager
    def open(self) -> Iterator["Doorway"]:
        """Both ports, served by a thread each."""
        joining = join_port.build(self.presence, lambda: self.clock())  # noqa: PLW0108  (tests set the clock)
        port, join = (urlsplit(url).port for url in (self.presence.origins[0], self.url))

        async def listening(scope: Scope, receive: Receive, send: Send) -> None:
            self.heard.append(told(scope))
            await joining(scope, receive, send)

        with served(listening, join), served(self.https, port, self.presence.context):
            yield self


def told(scope: Scope) -> str:
    """All that a request tells."""
    return repr((scope["path"], scope["query_string"], scope["headers"]))


@contextmanager
def served(app: ASGIApp, port: int | None, context: SSLContext | None = None) -> Iterator[None]:
    """An application on a port of this machine."""
    assert port is not None
    config = uvicorn.Config(
        app,
        port=port,
        lifespan="off",
        log_config=None,
        access_log=False,
        ssl_context_factory=None if context is None else lambda *_: context,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    eventually(lambda: server.started)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def home_that_trusts(folder: Path, certificate_pem: str | None) -> dict[str, str]:
    """The environment of a browser: a home folder whose trust store has that authority, or none."""
    store = folder / ".pki/nssdb"
    store.mkdir(parents=True)
    _certutil(store, "-N", "--empty-password")
    if certificate_pem is not None:
        path = folder / "authority.pem"
        path.write_text(certificate_pem, encoding="ascii")
        _certutil(store, "-A", "-t", "C,,", "-n", "box", "-i", str(path))
    return {**os.environ, "HOME": str(folder)}


def _certutil(store: Path, *arguments: str) -> None:
    subprocess.run(["certutil", "-d", f"sql:{store}", *arguments], check=True)
