"""Finds boxes on the home network, for the terminal and `futureself-box discover`.

What is found is a claim, not a proof: anybody can announce anything. The proof is the certificate.
"""

import threading
from ipaddress import ip_address

import msgspec
from zeroconf import ServiceBrowser, ServiceInfo, ServiceListener, Zeroconf

from futureself_box.errors import NetworkUnreachable
from futureself_box.lan import interfaces
from futureself_box.lan.announcement import SERVICE, reach
from futureself_box.lan.authority import Address

_ANSWER_WITHIN_MS = 1_000


class FoundBox(msgspec.Struct, frozen=True):
    """A box that announces itself. `fingerprint` is the first half of its public key's SHA-256."""

    id: str
    name: str
    host: str
    addresses: tuple[str, ...]
    port: int
    fingerprint: str
    pairing: bool

    @property
    def urls(self) -> tuple[str, ...]:
        """Where it may be reached, the name first."""
        hosts = (self.host, *(_in_url(ip_address(address)) for address in self.addresses))
        return tuple(f"https://{host}:{self.port}" for host in hosts)


def find(within_s: float = 3.0, box_id: str | None = None) -> list[FoundBox]:
    """The boxes that answer in time; with an id it returns as soon as that one has.

    Raises NetworkUnreachable where this machine is on no network.
    """
    addresses = interfaces.addresses()
    if not addresses:
        raise NetworkUnreachable
    try:
        zeroconf = Zeroconf(**reach(addresses))
    except OSError as error:
        raise NetworkUnreachable from error
    listener = _Listener(box_id)
    try:
        browser = ServiceBrowser(zeroconf, SERVICE, listener)
        listener.enough.wait(within_s)
        browser.cancel()
    finally:
        zeroconf.close()
    return sorted(listener.found.values(), key=lambda box: (box.id, box.addresses))


class _Listener(ServiceListener):
    """Takes what the browser hears, on the browser's thread."""

    def __init__(self, box_id: str | None) -> None:
        self.found: dict[str, FoundBox] = {}
        self.enough = threading.Event()
        self._box_id = box_id

    def add_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        info = zc.get_service_info(type_, name, _ANSWER_WITHIN_MS)
        box = None if info is None else _read(info)
        if box is not None:
            self.found[name] = box
            if box.id == self._box_id:
                self.enough.set()

    def update_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        self.add_service(zc, type_, name)

    def remove_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        self.found.pop(name, None)


def _read(info: ServiceInfo) -> FoundBox | None:
    texts = {key: value for key, value in info.decoded_properties.items() if value is not None}
    if not {"id", "fp"} <= set(texts) or info.server is None or info.port is None:
        return None
    return FoundBox(
        id=texts["id"],
        name=texts.get("n", ""),
        host=info.server.rstrip("."),
        addresses=tuple(info.parsed_addresses()),
        port=info.port,
        fingerprint=texts["fp"],
        pairing=texts.get("pair") == "1",
    )


def _in_url(address: Address) -> str:
    return f"[{address}]" if address.version == 6 else str(address)
