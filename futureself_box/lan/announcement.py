"""Announces the box by mDNS (RFC 6762) as a service `_futureself._tcp` (RFC 6763) with its host name.

Built on zeroconf, which binds to the addresses that it is given and does not follow them; so a change
of address closes the old announcement and makes a new one. Without multicast the box works all the
same: phones know its addresses from the QR.
"""

from typing import Any

import structlog
import zeroconf
from zeroconf import IPVersion, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from futureself_box.lan.authority import Address
from futureself_box.lan.identity import Identity

SERVICE = "_futureself._tcp.local."
VERSION = "1"

log = structlog.get_logger()


class Announcement:
    """What is announced now; nothing until the first `tell`."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._zeroconf: AsyncZeroconf | None = None
        self._addresses: tuple[Address, ...] = ()
        self._info: ServiceInfo | None = None
        self._is_heard = True

    async def tell(
        self, identity: Identity, addresses: tuple[Address, ...], *, pairing: bool
    ) -> None:
        """Announce this, if it isn't announced already.

        What a network without multicast refuses is logged once, and tried again with each call.
        """
        info = service(identity, addresses, self._port, pairing=pairing)
        if self._info is not None:
            # The name may have been changed, to make way for another box.
            info.name = self._info.name
        if self._zeroconf is None or addresses != self._addresses:
            await self._begin(info, addresses)
        elif self._info is None or self._info.text != info.text:
            await (await self._zeroconf.async_update_service(info))
            self._info = info

    async def close(self) -> None:
        """Say goodbye."""
        running, self._zeroconf = self._zeroconf, None
        if running is not None:
            await running.async_close()

    async def _begin(self, info: ServiceInfo, addresses: tuple[Address, ...]) -> None:
        await self.close()
        self._addresses = addresses
        if not addresses:
            return
        try:
            self._zeroconf = AsyncZeroconf(**reach(addresses))
            sent = await self._zeroconf.async_register_service(
                info,
                allow_name_change=True,
                # Asking whether the name is free takes a second and a half: once is enough.
                cooperating_responders=self._info is not None,
            )
            await sent
        except (OSError, zeroconf.Error) as error:
            await self.close()
            if self._is_heard:
                log.warning("not_announced", reason=type(error).__name__)
            self._is_heard = False
        else:
            self._info, self._is_heard = info, True
            log.info("announced", name=info.name, host=info.server)


def service(
    identity: Identity, addresses: tuple[Address, ...], port: int, *, pairing: bool
) -> ServiceInfo:
    """The service as it is announced."""
    return ServiceInfo(
        SERVICE,
        f"Future Self Box {identity.id}.{SERVICE}",
        port=port,
        properties=_properties(identity, pairing),
        server=f"{identity.host_name}.",
        addresses=[address.packed for address in addresses],
    )


def reach(addresses: tuple[Address, ...]) -> dict[str, Any]:
    """How zeroconf reaches the network of these addresses: by IPv4 or, where there is none, by IPv6."""
    version_4 = [str(address) for address in addresses if address.version == 4]
    if version_4:
        return {"interfaces": version_4, "ip_version": IPVersion.V4Only}
    return {"interfaces": [str(one) for one in addresses], "ip_version": IPVersion.V6Only}


def _properties(identity: Identity, pairing: bool) -> dict[bytes, bytes | None]:
    # No secrets and no names of people: everyone in the house can read this.
    texts = {
        "v": VERSION,
        "id": identity.id,
        "n": "Future Self Box",
        "fp": identity.fingerprint[:16].hex(),
        "tls": "1",
        "pair": "1" if pairing else "0",
    }
    return {key.encode(): value.encode() for key, value in texts.items()}
