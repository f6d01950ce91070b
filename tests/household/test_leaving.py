"""Who leaves, leaves nothing behind; nobody else loses anything."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from futureself_box.errors import NotAllowed, NotFound, TokenUnknown
from futureself_box.household import devices, joining, leaving, members
from futureself_box.household.devices import Credential, Joined
from futureself_box.household.invitations import Purpose
from futureself_box.household.members import Member
from futureself_box.store.vault import Vault

NOW = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture
def ada(vault: Vault) -> Credential:
    member = Member(id=uuid4(), name="Ada", role="owner", created_at=NOW)
    vault.ensure_member(member.id)
    with vault.household.write() as tx:
        members.insert(tx, member)
    return Credential(member=member.id, name="Ada", role="owner", device=uuid4())


@pytest.fixture
def bea(vault: Vault, ada: Credential) -> Joined:
    return joining.admit(vault, Purpose("Bea"), "Bea's phone", ada.member, NOW)


def files_of(vault: Vault, joined: Joined) -> list[Path]:
    return list((vault.household.path.parent / "members").glob(f"{joined.member}*"))


def test_a_removed_member_is_erased(vault: Vault, ada: Credential, bea: Joined) -> None:
    assert leaving.shut_out(vault, ada, bea.member, NOW) == {bea.device}
    with pytest.raises(TokenUnknown):
        devices.authenticate(vault.household, devices.read_token(bea.token), NOW)
    leaving.erase(vault, bea.member)
    assert files_of(vault, bea) == []
    assert [member.name for member in members.every(vault.household)] == ["Ada"]


def test_a_removal_cut_off_halfway_is_finished_at_the_next_start(
    vault: Vault, ada: Credential, bea: Joined
) -> None:
    leaving.shut_out(vault, ada, bea.member, NOW)
    with pytest.raises(NotFound):
        members.get(vault.household, bea.member)
    leaving.finish_removing(vault)
    assert files_of(vault, bea) == []


def test_the_owner_stays_and_nobody_else_removes(
    vault: Vault, ada: Credential, bea: Joined
) -> None:
    who = devices.authenticate(vault.household, devices.read_token(bea.token), NOW)
    with pytest.raises(NotAllowed):
        leaving.shut_out(vault, who, ada.member, NOW)
    with pytest.raises(NotAllowed):
        leaving.shut_out(vault, who, bea.member, NOW)
    with pytest.raises(NotAllowed):
        leaving.shut_out(vault, ada, ada.member, NOW)
    assert len(files_of(vault, bea)) >= 2
