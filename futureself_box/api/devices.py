"""HTTP: the devices that are let in, and shutting one out."""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import Router, delete, get

from futureself_box.api.parts import Parts
from futureself_box.household import devices
from futureself_box.household.devices import Credential


class DeviceSeen(msgspec.Struct, frozen=True):
    """A device as its member sees it."""

    id: UUID
    name: str
    member: UUID
    member_name: str
    created_at: datetime
    last_seen: datetime | None
    online: bool
    current: bool


@get("/", sync_to_thread=True)
def list_devices(parts: Parts, who: Credential) -> list[DeviceSeen]:
    """One's own devices; the owner sees everyone's."""
    online = parts.phones.online()
    return [
        DeviceSeen(
            **msgspec.structs.asdict(device),
            online=device.id in online,
            current=device.id == who.device,
        )
        for device in devices.visible_to(parts.vault.household, who)
    ]


@delete("/{device:uuid}")
async def revoke_device(parts: Parts, who: Credential, device: UUID) -> None:
    """Shut a device out, its open socket included."""
    await parts.revoke(who, device)


router = Router("/api/devices", route_handlers=[list_devices, revoke_device])
