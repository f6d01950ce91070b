"""HTTP: inviting, and saying yes or no to the phone that came."""

import ipaddress
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, Router, delete, get, post
from msgspec import Meta

from futureself_box.api import wall_clock
from futureself_box.api.parts import Parts
from futureself_box.errors import FrameInvalid
from futureself_box.household import joining
from futureself_box.household.devices import Credential
from futureself_box.household.invitations import Issued, Seen
from futureself_box.household.members import BirthYear, Name
from futureself_box.lan import qr


class Invite(msgspec.Struct, frozen=True):
    """Whom to invite: somebody new by name, a member who lost every phone, or a device of one's own."""

    name: Name | None = None
    role: Literal["adult", "child"] = "adult"
    birth_year: BirthYear | None = None
    member: UUID | None = None


class Invitation(msgspec.Struct, frozen=True):
    """What the inviting screen shows. `url` and `qr` are null where the box is not on a network."""

    id: UUID
    name: str
    code: str
    secret: str
    url: str | None
    qr: Annotated[str | None, Meta(description="The address as an SVG picture.")]
    fingerprint: Annotated[
        str | None, Meta(description="Of the authority's certificate, as phones show it; hex.")
    ]
    expires_in_s: int


class Confirm(msgspec.Struct, frozen=True):
    """The number that both screens show."""

    number: Annotated[str, Meta(pattern=r"^\d{6}$")]


@post("/", sync_to_thread=True)
def invite(
    request: Request[Any, Any, Any], parts: Parts, who: Credential, data: Invite
) -> Invitation:
    """Invite a person or a device."""
    issued = _issue(parts, who, data)
    url = parts.join_url(_own_address(request), f"j={issued.secret}")
    return Invitation(
        id=issued.id,
        name=issued.name,
        code=issued.code,
        secret=issued.secret,
        url=url,
        qr=None if url is None else qr.as_svg(url),
        fingerprint=parts.authority_fingerprint,
        expires_in_s=issued.expires_in_s,
    )


@get("/{invitation:uuid}", sync_to_thread=True)
def show_invitation(parts: Parts, who: Credential, invitation: UUID) -> Seen:
    """How an invitation of one's own stands."""
    return parts.invitations.see(invitation, who)


@post("/{invitation:uuid}/confirm", status_code=204, sync_to_thread=True)
def confirm(parts: Parts, who: Credential, invitation: UUID, data: Confirm) -> None:
    """Let in the phone that shows this number."""
    parts.invitations.confirm(invitation, who, data.number)


@delete("/{invitation:uuid}", sync_to_thread=True)
def refuse(parts: Parts, who: Credential, invitation: UUID) -> None:
    """Take an invitation back; a phone that waits is sent away."""
    parts.invitations.refuse(invitation, who)


def _issue(parts: Parts, who: Credential, data: Invite) -> Issued:
    if data.member is not None:
        return joining.invite_rescued(
            parts.vault, parts.invitations, who, data.member, wall_clock.now()
        )
    if data.name is None:
        return joining.invite_device(parts.invitations, who)
    if data.role == "child" and data.birth_year is None:
        raise FrameInvalid("A child's year of birth is missing.", hint="Add the year of birth.")
    return joining.invite_member(parts.invitations, who, data.name, data.role, data.birth_year)


def _own_address(request: Request[Any, Any, Any]) -> str | None:
    """The box's address that the inviting device reached: the one that a phone beside it reaches too."""
    host, _ = request.scope.get("server") or ("", None)
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    return None if address.is_loopback else str(address)


router = Router("/api/invitations", route_handlers=[invite, show_invitation, confirm, refuse])
