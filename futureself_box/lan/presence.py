"""The box on the home network: where it is, what it shows, and how it is found.

Follows the machine's addresses: a new one is in the certificate and announced by mDNS within seconds.
What the edge asks is read from memory and may be asked from any thread.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from futureself_box.errors import BoxError
from futureself_box.lan import identity, interfaces, tls
from futureself_box.lan.announcement import Announcement
from futureself_box.lan.authority import Address
from futureself_box.lan.identity import Identity
from futureself_box.settings import Lan
from futureself_box.store.vault import HouseholdStore

_LOOK_EVERY_S = 1.0

log = structlog.get_logger()


class Presence:
    """One box's presence. Made before the first connection, followed by `run`."""

    def __init__(self, store: HouseholdStore, lan: Lan, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._lan = lan
        self._now = now
        self.addresses = interfaces.addresses(lan.interfaces)
        made = identity.load_or_create(store, now())
        self.identity: Identity = identity.renew(store, made, self.addresses, now())
        self.context = tls.server_context(self.identity)

    @property
    def host_name(self) -> str:
        """The name by which phones find the box."""
        return self.identity.host_name

    @property
    def fingerprint(self) -> bytes:
        """SHA-256 of the public key that the server shows."""
        return self.identity.fingerprint

    @property
    def hosts(self) -> frozenset[str]:
        """Every name and address by which the box may be called."""
        return frozenset({self.host_name, *map(str, self.addresses)})

    @property
    def origins(self) -> tuple[str, ...]:
        """Every origin of the app, the name first."""
        hosts = (self.host_name, *map(_in_url, self.addresses))
        return tuple(f"https://{host}:{self._lan.port}" for host in hosts)

    def join_url(self, address: str | None, fragment: str) -> str | None:
        """Where a new phone begins; at `address` if the box has it. None where it has none."""
        wanted = [one for one in self.addresses if str(one) == address]
        for host in wanted or self.addresses:
            return f"http://{_in_url(host)}:{self._lan.join_port}/#{fragment}"
        return None

    async def run(self, *, pairing: Callable[[], bool]) -> None:
        """Announce the box and follow its addresses, until cancelled.

        `pairing` tells whether a device could join now.
        """
        announcement = Announcement(self._lan.port)
        try:
            while True:
                await self._follow()
                await announcement.tell(self.identity, self.addresses, pairing=pairing())
                await asyncio.sleep(_LOOK_EVERY_S)
        finally:
            await announcement.close()

    async def _follow(self) -> None:
        try:
            found, renewed = await asyncio.to_thread(self._look)
        except (BoxError, OSError) as error:
            # A full disk, say. What is shown now goes on being shown, and the next look tries again.
            log.warning("addresses_unknown", reason=type(error).__name__)
            return
        if found != self.addresses:
            log.info("addresses_changed", addresses=[str(address) for address in found])
        # The certificate first: nobody may be led to an address that it doesn't cover yet.
        if renewed != self.identity:
            # Not in the thread: OpenSSL lets nobody change a context beside a handshake.
            tls.load(self.context, renewed)
            log.info("certificate_renewed")
        self.identity, self.addresses = renewed, found

    def _look(self) -> tuple[tuple[Address, ...], Identity]:
        found = interfaces.addresses(self._lan.interfaces)
        return found, identity.renew(self._store, self.identity, found, self._now())


def _in_url(address: Address) -> str:
    return f"[{address}]" if address.version == 6 else str(address)
