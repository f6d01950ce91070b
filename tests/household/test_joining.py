"""How the owner, another adult and a second device come in, and how a device is shut out."""

from datetime import UTC, datetime, timedelta

import pytest

from futureself_box.errors import AlreadySetUp, CodeSpent, NotFound, TokenUnknown
from futureself_box.household import devices, joining, members
from futureself_box.household.codes import Codes, Purpose
from futureself_box.household.devices import Credential
from futureself_box.household.joining import Joined
from futureself_box.store import keys
from futureself_box.store.vault import Vault

NOW = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture
def codes() -> Codes:
    return Codes(lambda _: None)


def let_in(vault: Vault, joined: Joined, now: datetime = NOW) -> Credential:
    return devices.authenticate(vault.household, devices.read_token(joined.token), now)


def set_up(vault: Vault, codes: Codes, name: str = "Ada") -> Joined:
    code = codes.issue(Purpose(set_up=True))
    return joining.set_up(vault, codes, code, name, "Phone", NOW)


def invite(vault: Vault, codes: Codes, who: Credential, name: str | None) -> Joined:
    code, _ = joining.invite(codes, who, name)
    return joining.join(vault, codes, code, "Other phone", NOW)


def test_the_set_up_code_makes_the_owner(vault: Vault, codes: Codes) -> None:
    owner = let_in(vault, set_up(vault, codes))
    assert (owner.name, owner.role) == ("Ada", "owner")
    assert vault.member(owner.member).member == owner.member


def test_there_is_one_owner(vault: Vault, codes: Codes) -> None:
    let_in(vault, set_up(vault, codes))
    with pytest.raises(AlreadySetUp):
        set_up(vault, codes, "Eve")


def test_an_owner_whose_token_was_lost_on_the_way_sets_up_again(vault: Vault, codes: Codes) -> None:
    lost = set_up(vault, codes)
    again = set_up(vault, codes)
    assert again.member == lost.member
    assert [member.name for member in members.every(vault.household)] == ["Ada"]


def test_an_invitation_makes_a_second_adult(vault: Vault, codes: Codes) -> None:
    owner = let_in(vault, set_up(vault, codes))
    other = let_in(vault, invite(vault, codes, owner, "Bea"))
    assert (other.name, other.role) == ("Bea", "adult")
    assert other.member != owner.member


def test_an_invitation_to_oneself_is_another_device(vault: Vault, codes: Codes) -> None:
    owner = let_in(vault, set_up(vault, codes))
    other = let_in(vault, invite(vault, codes, owner, None))
    assert other.member == owner.member
    assert other.device != owner.device


def test_an_invitation_does_not_set_up_and_the_set_up_code_does_not_invite(
    vault: Vault, codes: Codes
) -> None:
    with pytest.raises(CodeSpent):
        joining.join(vault, codes, codes.issue(Purpose(set_up=True)), "Phone", NOW)
    with pytest.raises(CodeSpent):
        joining.set_up(vault, codes, codes.issue(Purpose(name="Eve")), "Eve", "Phone", NOW)


def test_members_see_their_own_devices_and_the_owner_sees_all(vault: Vault, codes: Codes) -> None:
    owner = let_in(vault, set_up(vault, codes))
    other = let_in(vault, invite(vault, codes, owner, "Bea"))
    seen = {d.id for d in devices.visible_to(vault.household, owner)}
    assert seen == {owner.device, other.device}
    assert [d.id for d in devices.visible_to(vault.household, other)] == [other.device]


def test_a_token_opens_the_member_s_key_until_it_is_revoked(vault: Vault, codes: Codes) -> None:
    joined = set_up(vault, codes)
    owner, token = let_in(vault, joined), devices.read_token(joined.token)
    key_file = vault.household.path.parent / "members" / f"{owner.member}.keys"
    holder = f"device:{owner.device}"
    assert len(keys.open_key(key_file, holder, token.secret)) == keys.KEY_BYTES

    devices.revoke(vault, owner, owner.device, NOW)

    with pytest.raises(TokenUnknown):
        let_in(vault, joined)
    assert holder not in key_file.read_text()
    assert devices.visible_to(vault.household, owner) == []


def test_a_revocation_cut_off_halfway_is_finished_at_the_next_start(
    vault: Vault, codes: Codes
) -> None:
    owner = let_in(vault, set_up(vault, codes))
    with vault.household.write() as tx:
        tx.execute("UPDATE device SET token_hash = NULL, revoked_at = 'now'")
    devices.finish_revoking(vault)
    key_file = vault.household.path.parent / "members" / f"{owner.member}.keys"
    assert "device:" not in key_file.read_text()


def test_an_adult_can_t_revoke_somebody_else_s_device(vault: Vault, codes: Codes) -> None:
    owner = let_in(vault, set_up(vault, codes))
    other = let_in(vault, invite(vault, codes, owner, "Bea"))
    with pytest.raises(NotFound):
        devices.revoke(vault, other, owner.device, NOW)
    devices.revoke(vault, owner, other.device, NOW)


@pytest.mark.parametrize("text", ["", "x", "é", "A" * 43, "A" * 256, "=" * 44])
def test_what_is_no_token_is_refused(vault: Vault, text: str) -> None:
    with pytest.raises(TokenUnknown):
        devices.authenticate(vault.household, devices.read_token(text), NOW)


def test_the_token_itself_is_nowhere_in_the_store(vault: Vault, codes: Codes) -> None:
    joined = set_up(vault, codes)
    token = devices.read_token(joined.token)
    assert joined.token not in repr(token)
    with vault.household.read() as connection:
        dump = repr([tuple(row) for row in connection.execute("SELECT * FROM device")])
    assert joined.token not in dump
    assert repr(token.secret)[2:-1] not in dump


def test_when_a_device_was_seen_is_noted(vault: Vault, codes: Codes) -> None:
    joined = set_up(vault, codes)
    owner = let_in(vault, joined)
    let_in(vault, joined, NOW + timedelta(minutes=5))
    (device,) = devices.visible_to(vault.household, owner)
    assert device.last_seen == NOW + timedelta(minutes=5)
