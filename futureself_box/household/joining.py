"""How people and devices come in: the owner by the set-up code, the others by invitation."""

from datetime import datetime
from uuid import UUID, uuid4

import structlog

from futureself_box.errors import AlreadySetUp, BoxError, NotAllowed, SheetUnknown
from futureself_box.household import devices, members, rescue
from futureself_box.household.codes import Tries
from futureself_box.household.devices import Credential, Joined
from futureself_box.household.invitations import Invitations, Issued, Purpose
from futureself_box.household.members import Member, Role
from futureself_box.household.setup_code import SetUpCode
from futureself_box.store.vault import Vault

log = structlog.get_logger()


def set_up(
    vault: Vault,
    code: SetUpCode,
    given: str,
    *,
    name: str,
    device: str,
    address: str,
    now: datetime,
) -> Joined:
    """Create the owner. Raises AlreadySetUp, CodeWrong, CodeSpent or TooManyTries."""
    if members.is_set_up(vault.household):
        raise AlreadySetUp
    code.redeem(given, address)
    # An owner whose answer was lost on the way has no device that was ever seen; this replaces it.
    found = members.owner(vault.household)
    owner = found or Member(id=uuid4(), name=name.strip(), role="owner", created_at=now)
    try:
        return _let_in(vault, owner, device, now)
    except BoxError:
        code.issue()
        raise


def invite_device(invitations: Invitations, who: Credential) -> Issued:
    """Invite another device of one's own."""
    return invitations.issue(Purpose(name=who.name, member=who.member), who)


def invite_member(
    invitations: Invitations, who: Credential, name: str, role: Role, birth_year: int | None
) -> Issued:
    """Invite somebody new, by the owner or another adult. Raises NotAllowed."""
    if who.role == "child" or role == "owner":
        raise NotAllowed(hint="Ask an adult of the household.")
    return invitations.issue(Purpose(name.strip(), role, birth_year), who)


def invite_rescued(
    vault: Vault, invitations: Invitations, who: Credential, member: UUID, now: datetime
) -> Issued:
    """Invite a new phone of a member who lost all. Raises NotAllowed, NotFound, RescueTooEarly."""
    found = members.get(vault.household, member)
    rescue.check_ready(vault.household, who, member, now)
    return invitations.issue(Purpose(name=found.name, member=member), who)


def admit(vault: Vault, purpose: Purpose, device: str, by: UUID, now: datetime) -> Joined:
    """Let the device of a confirmed invitation in. `by` is the member who invited."""
    if purpose.member is None:
        member = Member(
            id=uuid4(),
            name=purpose.name,
            role=purpose.role,
            created_at=now,
            birth_year=purpose.birth_year,
        )
        return _let_in(vault, member, device, now)
    joined = _let_in(vault, members.get(vault.household, purpose.member), device, now)
    if by != purpose.member:
        rescue.note_used(vault.household, purpose.member, now)
    return joined


def recover_owner(
    vault: Vault, tries: Tries, secret: bytes, *, device: str, address: str, now: datetime
) -> Joined:
    """Let the owner's new device in by the recovery sheet. Raises SheetUnknown or TooManyTries."""
    tries.check(address, typed=False)
    owner = members.owner(vault.household)
    if owner is None or not vault.sheet_opens(secret):
        tries.wrong(address, typed=False)
        raise SheetUnknown
    return _let_in(vault, owner, device, now)


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
