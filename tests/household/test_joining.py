"""How the owner, other people and further devices come in, and how a device is shut out."""

from datetime import UTC, datetime, timedelta

import pytest

from futureself_box.errors import (
    AlreadySetUp,
    NotAllowed,
    NotFound,
    RescueTooEarly,
    SheetUnknown,
    TokenUnknown,
)
from futureself_box.household import devices, joining, members, rescue
from futureself_box.household.codes import Tries
from futureself_box.household.devices import Credential, Joined
from futureself_box.household.invitations import Invitations, Purpose
from futureself_box.household.members import Role
from futureself_box.household.recovery_sheet import RecoverySheet
from futureself_box.household.setup_code import SetUpCode, Shown
from futureself_box.store import keys, sheet
from futureself_box.store.vault import Vault

NOW = datetime(2027, 1, 1, tzinfo=UTC)


def make_sheet(vault: Vault, owner: Credential) -> bytes:
    maker = RecoverySheet(vault)
    made = maker.make(owner)
    maker.prove(owner, made.lines[made.line - 1], NOW)
    return sheet.read(made.lines)


def recover(vault: Vault, secret: bytes) -> Joined:
    return joining.recover_owner(
        vault, Tries(), secret, device="New phone", address="10.0.0.2", now=NOW
    )


def let_in(vault: Vault, joined: Joined, now: datetime = NOW) -> Credential:
    return devices.authenticate(vault.household, devices.read_token(joined.token), now)


def set_up(vault: Vault, name: str = "Ada") -> Joined:
    shown: list[Shown | None] = []
    code = SetUpCode(shown.append)
    code.issue()
    given = str(shown[0] and shown[0].code)
    return joining.set_up(
        vault, code, given, name=name, device="Phone", address="10.0.0.2", now=NOW
    )


def admit(
    vault: Vault,
    by: Credential,
    name: str | None = None,
    role: Role = "adult",
    born: int | None = None,
) -> Joined:
    member = None if name else by.member
    purpose = Purpose(name or by.name, role, born, member)
    return joining.admit(vault, purpose, "Other phone", by.member, NOW)


def test_the_set_up_code_makes_the_owner(vault: Vault) -> None:
    owner = let_in(vault, set_up(vault))
    assert (owner.name, owner.role) == ("Ada", "owner")
    assert vault.member(owner.member).member == owner.member


def test_there_is_one_owner(vault: Vault) -> None:
    let_in(vault, set_up(vault))
    with pytest.raises(AlreadySetUp):
        set_up(vault, "Eve")


def test_an_owner_whose_token_was_lost_on_the_way_sets_up_again(vault: Vault) -> None:
    lost = set_up(vault)
    again = set_up(vault)
    assert again.member == lost.member
    assert [member.name for member in members.every(vault.household)] == ["Ada"]


def test_an_invitation_makes_a_second_adult(vault: Vault) -> None:
    owner = let_in(vault, set_up(vault))
    other = let_in(vault, admit(vault, owner, "Bea"))
    assert (other.name, other.role) == ("Bea", "adult")
    assert other.member != owner.member


def test_a_child_comes_with_its_year_of_birth(vault: Vault) -> None:
    owner = let_in(vault, set_up(vault))
    child = let_in(vault, admit(vault, owner, "Cem", "child", 2018))
    assert child.role == "child"
    assert members.get(vault.household, child.member).birth_year == 2018


def test_an_invitation_to_oneself_is_another_device(vault: Vault) -> None:
    owner = let_in(vault, set_up(vault))
    other = let_in(vault, admit(vault, owner))
    assert other.member == owner.member
    assert other.device != owner.device


def test_adults_invite_and_children_don_t(vault: Vault) -> None:
    door = Invitations()
    owner = let_in(vault, set_up(vault))
    adult = let_in(vault, admit(vault, owner, "Bea"))
    child = let_in(vault, admit(vault, owner, "Cem", "child", 2018))
    assert joining.invite_member(door, adult, " Gran ", "adult", None).name == "Gran"
    with pytest.raises(NotAllowed):
        joining.invite_member(door, child, "Friend", "child", 2018)
    with pytest.raises(NotAllowed):
        joining.invite_member(door, owner, "Eve", "owner", None)


def test_an_adult_who_lost_every_phone_gets_one_after_48_hours_of_notice(vault: Vault) -> None:
    door = Invitations()
    owner = let_in(vault, set_up(vault))
    bea = let_in(vault, admit(vault, owner, "Bea"))
    with pytest.raises(RescueTooEarly):
        joining.invite_rescued(vault, door, owner, bea.member, NOW)
    rescue.ask(vault.household, owner, bea.member, NOW)
    early, ready = NOW + timedelta(hours=47, minutes=59), NOW + timedelta(hours=48)
    with pytest.raises(RescueTooEarly):
        joining.invite_rescued(vault, door, owner, bea.member, early)
    assert joining.invite_rescued(vault, door, owner, bea.member, ready).name == "Bea"

    purpose = Purpose("Bea", member=bea.member)
    joined = joining.admit(vault, purpose, "New phone", owner.member, ready)

    assert let_in(vault, joined).member == bea.member
    notice = rescue.of(vault.household, bea.member)
    assert notice is not None
    assert (notice.asked_by, notice.used_at) == ("Ada", ready)
    with pytest.raises(RescueTooEarly):
        joining.invite_rescued(vault, door, owner, bea.member, ready)


def test_the_owner_comes_back_by_the_recovery_sheet(vault: Vault) -> None:
    owner = let_in(vault, set_up(vault))
    secret = make_sheet(vault, owner)
    joined = recover(vault, secret)
    assert let_in(vault, joined).member == owner.member


@pytest.mark.parametrize("proven", [True, False])
def test_another_sheet_lets_nobody_in(vault: Vault, *, proven: bool) -> None:
    owner = let_in(vault, set_up(vault))
    if proven:
        make_sheet(vault, owner)
    with pytest.raises(SheetUnknown):
        recover(vault, sheet.new_secret())


def test_members_see_their_own_devices_and_the_owner_sees_all(vault: Vault) -> None:
    owner = let_in(vault, set_up(vault))
    other = let_in(vault, admit(vault, owner, "Bea"))
    seen = {d.id for d in devices.visible_to(vault.household, owner)}
    assert seen == {owner.device, other.device}
    assert [d.id for d in devices.visible_to(vault.household, other)] == [other.device]


def test_a_token_opens_the_member_s_key_until_it_is_revoked(vault: Vault) -> None:
    joined = set_up(vault)
    owner, token = let_in(vault, joined), devices.read_token(joined.token)
    key_file = vault.household.path.parent / "members" / f"{owner.member}.keys"
    holder = f"device:{owner.device}"
    assert len(keys.open_key(key_file, holder, token.secret)) == keys.KEY_BYTES

    devices.revoke(vault, owner, owner.device, NOW)

    with pytest.raises(TokenUnknown):
        let_in(vault, joined)
    assert holder not in key_file.read_text()
    assert devices.visible_to(vault.household, owner) == []


def test_a_revocation_cut_off_halfway_is_finished_at_the_next_start(vault: Vault) -> None:
    owner = let_in(vault, set_up(vault))
    with vault.household.write() as tx:
        tx.execute("UPDATE device SET token_hash = NULL, revoked_at = 'now'")
    devices.finish_revoking(vault)
    key_file = vault.household.path.parent / "members" / f"{owner.member}.keys"
    assert "device:" not in key_file.read_text()


def test_an_adult_can_t_revoke_somebody_else_s_device(vault: Vault) -> None:
    owner = let_in(vault, set_up(vault))
    other = let_in(vault, admit(vault, owner, "Bea"))
    with pytest.raises(NotFound):
        devices.revoke(vault, other, owner.device, NOW)
    devices.revoke(vault, owner, other.device, NOW)


@pytest.mark.parametrize("text", ["", "x", "é", "A" * 43, "A" * 256, "=" * 44])
def test_what_is_no_token_is_refused(vault: Vault, text: str) -> None:
    with pytest.raises(TokenUnknown):
        devices.authenticate(vault.household, devices.read_token(text), NOW)


def test_the_token_itself_is_nowhere_in_the_store(vault: Vault) -> None:
    joined = set_up(vault)
    token = devices.read_token(joined.token)
    assert joined.token not in repr(token)
    with vault.household.read() as connection:
        dump = repr([tuple(row) for row in connection.execute("SELECT * FROM device")])
    assert joined.token not in dump
    assert repr(token.secret)[2:-1] not in dump


def test_when_a_device_was_seen_is_noted(vault: Vault) -> None:
    joined = set_up(vault)
    owner = let_in(vault, joined)
    let_in(vault, joined, NOW + timedelta(minutes=5))
    (device,) = devices.visible_to(vault.household, owner)
    assert device.last_seen == NOW + timedelta(minutes=5)
