"""HTTP for strangers: setting the box up, joining, and coming back by the recovery sheet.

Secrets are taken over TLS or on the machine itself only. One that came in the open is spoilt.
"""

import asyncio
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Router, get, post
from msgspec import Meta

from futureself_box.api import wall_clock
from futureself_box.api.connections import address_of, is_private
from futureself_box.api.parts import Parts
from futureself_box.errors import TlsRequired
from futureself_box.household import codes, joining, members
from futureself_box.household.codes import Given, SecretText
from futureself_box.household.devices import DeviceName, Joined
from futureself_box.household.invitations import Asked, Claim, Purpose
from futureself_box.household.members import Name
from futureself_box.store import sheet

Hash = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}$", description="SHA-256, base64url.")]
HttpRequest = Request[Any, Any, Any]


class Household(msgspec.Struct, frozen=True):
    """What anybody may know: whether the box waits for its owner, and which box it is."""

    set_up: bool
    id: str | None


class SetUp(msgspec.Struct, frozen=True):
    """The set-up code or secret, and who the owner is."""

    given: Given
    name: Name
    device_name: DeviceName


class Join(msgspec.Struct, frozen=True):
    """An invitation's code or secret, and the hash of a nonce that the phone will show later."""

    given: Given
    device_name: DeviceName
    commitment: Hash


class Waiting(msgspec.Struct, frozen=True):
    """A phone that waits to be confirmed, and its nonce (16 bytes, base64url)."""

    claim: SecretText
    nonce: SecretText


class Recovery(msgspec.Struct, frozen=True):
    """The four lines of the recovery sheet."""

    lines: Annotated[tuple[str, str, str, str], Meta(description="As they stand on the sheet.")]
    device_name: DeviceName


@get("/household", sync_to_thread=True)
def show_household(parts: Parts) -> Household:
    """Whether the box is set up."""
    return Household(
        set_up=members.is_set_up(parts.vault.household),
        id=parts.box_id,
    )


@post("/setup", sync_to_thread=True)
def set_up(request: HttpRequest, parts: Parts, data: SetUp) -> Joined:
    """Become the owner, by what the box shows."""
    if not is_private(request):
        parts.setup_code.replace()
        raise TlsRequired(hint="A new code is shown on the box. Use it on the https page.")
    return joining.set_up(
        parts.vault,
        parts.setup_code,
        data.given,
        name=data.name,
        device=data.device_name,
        address=address_of(request),
        now=wall_clock.now(),
    )


@post("/join", sync_to_thread=True)
def join(request: HttpRequest, parts: Parts, data: Join) -> Asked:
    """Come with an invitation, and wait to be confirmed."""
    if not is_private(request):
        parts.invitations.spoil(data.given)
        raise TlsRequired
    return parts.invitations.ask(
        data.given, data.device_name, codes.from_text(data.commitment), address_of(request)
    )


@post("/join/claim")
async def claim(parts: Parts, data: Waiting) -> Claim:
    """Ask whether one is let in; the first time it shows the nonce that was committed to."""

    def let_in(purpose: Purpose, device: str, by: UUID) -> Joined:
        return joining.admit(parts.vault, purpose, device, by, wall_clock.now())

    nonce = codes.from_text(data.nonce)
    claimed = await asyncio.to_thread(
        parts.invitations.claim, data.claim, nonce, parts.fingerprint, let_in
    )
    if claimed.joined is not None:
        await parts.phones.notify(claimed.joined.member)
    return claimed


@post("/recover", sync_to_thread=True)
def recover(request: HttpRequest, parts: Parts, data: Recovery) -> Joined:
    """The owner comes back with a new device, by the recovery sheet."""
    if not is_private(request):
        raise TlsRequired(hint="Use the box's https page, and make a new sheet soon.")
    secret = sheet.read(data.lines)
    return joining.recover_owner(
        parts.vault,
        parts.tries,
        secret,
        device=data.device_name,
        address=address_of(request),
        now=wall_clock.now(),
    )


router = Router("/api", route_handlers=[show_household, set_up, join, claim, recover])
