"""How people and devices come in: the owner by the set-up code, the others by invitation."""

from datetime import datetime
from uuid import UUID, uuid4

import msgspec
import structlog

from futureself_box.errors import AlreadySetUp, CodeSpent
from futureself_box.household import devices, members
from futureself_box.household.codes import Codes, Purpose
from futureself_box.household.devices import Credential
from futureself_box.household.members import Member, Role
from futureself_box.store.vault import Vault

log = structlog.get_logger()


class Joined(msgspec.Struct, frozen=True):
    """A new device's token, and whom it speaks for."""

    token: str
    member: UUID
    name: str
    role: Role
    device: UUID


def set_up(vault: Vault, codes: Codes, code: str, name: str, device: str, now: datetime) -> Joined:
    """Create the owner. Raises AlreadySetUp, CodeWrong, CodeSpent or TooManyTries."""
    if members.is_set_up(vault.household):
        raise AlreadySetUp
    if not codes.redeem(code).set_up:
        raise CodeSpent
    # An owner whose answer was lost on the way has no device that was ever seen; this replaces it.
    found = members.owner(vault.household)
    owner = found or Member(id=uuid4(), name=name.strip(), role="owner", created_at=now)
    return _let_in(vault, owner, device, now)


def invite(codes: Codes, who: Credential, name: str | None) -> tuple[str, str]:
    """A code for another adult of that name or, without one, for a device of one's own."""
    if name is None:
        return codes.issue(Purpose(name=who.name, member=who.member)), who.name
    return codes.issue(Purpose(name=name.strip())), name.strip()


def join(vault: Vault, codes: Codes, code: str, device: str, now: datetime) -> Joined:
    """Come in by an invitation. Raises CodeWrong, CodeSpent or TooManyTries."""
    purpose = codes.redeem(code)
    if purpose.set_up:
        raise CodeSpent
    if purpose.member is not None:
        member = members.get(vault.household, purpose.member)
    else:
        member = Member(id=uuid4(), name=purpose.name, role="adult", created_at=now)
    return _let_in(vault, member, device, now)


def _let_in(vault: Vault, member: Member, device_name: str, now: datetime) -> Joined:
    device, token = uuid4(), devices.new_token()
    # Keys and database before the rows: whoever is listed can always be opened.
    vault.ensure_member(member.id)
    vault.add_device(member.id, device, token.secret)
    with vault.household.write() as tx:
        members.insert(tx, member)
        devices.insert(tx, device, member, device_name.strip(), token, now)
    log.info("device_added", member=str(member.id), role=member.role, device=str(device))
    return Joined(
        token=token.text, member=member.id, name=member.name, role=member.role, device=device
    )
