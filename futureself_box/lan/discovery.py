"""Finds boxes on the home network, for the terminal and `futureself-box discover`.

What is found is a claim, not a proof: anybody can announce anything. The proof is the certificate. So
what does not look like a box's own words is left out, and nothing else reaches a screen.
"""

import queue
import re
import time
from collections.abc import Generator, Iterator
from ipaddress import ip_address

import msgspec
from zeroconf import ServiceBrowser, ServiceInfo, ServiceListener, Zeroconf

from futureself_box.errors import NetworkUnreachable
from futureself_box.lan import interfaces
from futureself_box.lan.announcement import SERVICE, reach
from futureself_box.lan.authority import Address, may_sign

_ANSWER_WITHIN_MS = 1_000
_ID = re.compile(r"[0-9a-z]{1,16}")
_FINGERPRINT = re.compile(r"[0-9a-f]{32}")
_LONGEST_NAME = 60


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


def find(within_s: float = 3.0) -> list[FoundBox]:
    """The boxes that answer in time. Raises NetworkUnreachable where this machine is on no network."""
    boxes = {(box.id, box.fingerprint, box.addresses): box for box in listen(within_s)}
    return [boxes[key] for key in sorted(boxes)]


def listen(within_s: float = 3.0) -> Generator[FoundBox, None, None]:
    """Each box as soon as it answers, again where it says something new, until the time is over.

    To be closed by who doesn't wait for the end. Raises NetworkUnreachable as `find` does.
    """
    addresses = interfaces.addresses()
    if not addresses:
        raise NetworkUnreachable
    try:
        zeroconf = Zeroconf(**reach(addresses))
    except OSError as error:
        raise NetworkUnreachable from error
    listener = _Listener()
    try:
        browser = ServiceBrowser(zeroconf, SERVICE, listener)
        yield from _until(time.monotonic() + within_s, listener.heard)
        browser.cancel()
    finally:
        zeroconf.close()


def _until(deadline: float, heard: queue.SimpleQueue[FoundBox]) -> Iterator[FoundBox]:
    while (left := deadline - time.monotonic()) > 0:
        try:
            yield heard.get(timeout=left)
        except queue.Empty:
            return


class _Listener(ServiceListener):
    """Takes what the browser hears, on the browser's thread."""

    def __init__(self) -> None:
        self.heard: queue.SimpleQueue[FoundBox] = queue.SimpleQueue()

    def add_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        info = zc.get_service_info(type_, name, _ANSWER_WITHIN_MS)
        box = None if info is None else read(info)
        if box is not None:
            self.heard.put(box)

    def update_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        self.add_service(zc, type_, name)

    def remove_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        pass


def read(info: ServiceInfo) -> FoundBox | None:
    """What is announced, if a box could have said it; of its addresses those of a home."""
    texts = {key: value or "" for key, value in info.decoded_properties.items()}
    box_id, fingerprint = texts.get("id", ""), texts.get("fp", "")
    if not _ID.fullmatch(box_id) or not _FINGERPRINT.fullmatch(fingerprint) or not info.port:
        return None
    # The host name follows from the id; an announcement that leads elsewhere is no box's.
    host = f"futureself-{box_id}.local"
    if info.server != f"{host}.":
        return None
    at_home = [one for one in map(ip_address, info.parsed_addresses()) if may_sign(one)]
    return FoundBox(
        id=box_id,
        name=_printable(texts.get("n", "")),
        host=host,
        addresses=tuple(str(address) for address in _in_order(at_home)),
        port=info.port,
        fingerprint=fingerprint,
        pairing=texts.get("pair") == "1",
    )


def _in_order(addresses: list[Address]) -> list[Address]:
    # Answers come in any order; what is shown and tried should not.
    reachable = [address for address in addresses if not address.is_link_local]
    return sorted(reachable, key=lambda address: (address.version, int(address)))


def _printable(name: str) -> str:
    # A terminal would obey what is not (escape sequences).
    return "".join(letter for letter in name if letter.isprintable())[:_LONGEST_NAME]


def _in_url(address: Address) -> str:
    return f"[{address}]" if address.version == 6 else str(address)
