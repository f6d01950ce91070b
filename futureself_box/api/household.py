"""HTTP: setting the box up, joining, inviting, and the devices."""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import Router, delete, get, post

from futureself_box.api import wall_clock
from futureself_box.api.parts import Parts
from futureself_box.household import devices, joining, members
from futureself_box.household.codes import INVITATION_S, CodeText
from futureself_box.household.devices import Credential, DeviceName
from futureself_box.household.joining import Joined
from futureself_box.household.members import Name


class Household(msgspec.Struct, frozen=True):
    """What anybody may know: whether the box waits for its owner."""

    set_up: bool


class SetUp(msgspec.Struct, frozen=True):
    """The set-up code, and who the owner is."""

    code: CodeText
    name: Name
    device_name: DeviceName


class Join(msgspec.Struct, frozen=True):
    """An invitation's code."""

    code: CodeText
    device_name: DeviceName


class Invite(msgspec.Struct, frozen=True):
    """Whom to invite; nobody named is another device of one's own."""

    name: Name | None = None


class Invitation(msgspec.Struct, frozen=True):
    """A code to pass on."""

    code: str
    name: str
    expires_in_s: int


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


@get("/household", sync_to_thread=True)
def show_household(parts: Parts) -> Household:
    """Whether the box is set up."""
    return Household(set_up=members.is_set_up(parts.vault.household))


@post("/setup", sync_to_thread=True)
def set_up(parts: Parts, data: SetUp) -> Joined:
    """Become the owner, by the code that the box shows."""
    return joining.set_up(
        parts.vault, parts.codes, data.code, data.name, data.device_name, wall_clock.now()
    )


@post("/join", sync_to_thread=True)
def join(parts: Parts, data: Join) -> Joined:
    """Come in by an invitation."""
    return joining.join(parts.vault, parts.codes, data.code, data.device_name, wall_clock.now())


@post("/invitations", sync_to_thread=False)
def invite(parts: Parts, who: Credential, data: Invite) -> Invitation:
    """Invite another adult, or a device of one's own."""
    code, name = joining.invite(parts.codes, who, data.name)
    return Invitation(code=code, name=name, expires_in_s=INVITATION_S)


@get("/me", sync_to_thread=False)
def show_me(who: Credential) -> Credential:
    """Who this device speaks for."""
    return who


@get("/devices", sync_to_thread=True)
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


@delete("/devices/{device:uuid}")
async def revoke_device(parts: Parts, who: Credential, device: UUID) -> None:
    """Shut a device out, its open socket included."""
    await parts.revoke(who, device)


router = Router(
    "/api",
    route_handlers=[
        show_household,
        set_up,
        join,
        invite,
        show_me,
        list_devices,
        revoke_device,
    ],
)
