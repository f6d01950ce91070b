"""The recovery sheet counts once it was written down, and then opens everything."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from futureself_box.errors import NotAllowed, SheetLineWrong, SheetUnknown
from futureself_box.household import members, recovery_sheet
from futureself_box.household.devices import Credential
from futureself_box.household.members import Member
from futureself_box.household.recovery_sheet import NewSheet, RecoverySheet
from futureself_box.store import keys, sheet
from futureself_box.store.vault import Vault
from tests.household.clocks import Clock

NOW = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture
def ada(vault: Vault) -> Credential:
    return Credential(member=someone(vault), name="Ada", role="owner", device=uuid4())


def someone(vault: Vault) -> UUID:
    member = Member(id=uuid4(), name="Ada", role="owner", created_at=NOW)
    vault.ensure_member(member.id)
    with vault.household.write() as tx:
        members.insert(tx, member)
    return member.id


def key_files(vault: Vault) -> list[Path]:
    data = vault.household.path.parent
    return [data / "household.keys", *(data / "members").glob("*.keys")]


def secret_of(made: NewSheet) -> bytes:
    return sheet.read(made.lines)


def test_a_proven_sheet_opens_the_household_and_every_member(vault: Vault, ada: Credential) -> None:
    maker = RecoverySheet(vault)
    made = maker.make(ada)
    maker.prove(ada, made.lines[made.line - 1].lower().replace(" ", ""), NOW)
    assert recovery_sheet.proven_at(vault.household) == NOW
    for file in key_files(vault):
        assert len(keys.open_with_sheet(file, secret_of(made))) == keys.KEY_BYTES


def test_it_opens_members_who_come_later_too(vault: Vault, ada: Credential) -> None:
    maker = RecoverySheet(vault)
    made = maker.make(ada)
    maker.prove(ada, made.lines[made.line - 1], NOW)
    someone(vault)
    assert len(key_files(vault)) == 3
    for file in key_files(vault):
        keys.open_with_sheet(file, secret_of(made))


def test_a_sheet_that_was_not_written_down_opens_nothing(vault: Vault, ada: Credential) -> None:
    maker = RecoverySheet(vault)
    made = maker.make(ada)
    wrong = made.lines[made.line % sheet.LINES]
    with pytest.raises(SheetLineWrong):
        maker.prove(ada, wrong, NOW)
    assert recovery_sheet.proven_at(vault.household) is None
    with pytest.raises(SheetUnknown):
        keys.open_with_sheet(key_files(vault)[0], secret_of(made))


def test_a_new_sheet_takes_the_old_one_s_place_when_it_is_proven(
    vault: Vault, ada: Credential
) -> None:
    maker = RecoverySheet(vault)
    old = maker.make(ada)
    maker.prove(ada, old.lines[old.line - 1], NOW)
    new = maker.make(ada)
    assert vault.sheet_opens(secret_of(old))
    maker.prove(ada, new.lines[new.line - 1], NOW)
    for file in key_files(vault):
        keys.open_with_sheet(file, secret_of(new))
        with pytest.raises(SheetUnknown):
            keys.open_with_sheet(file, secret_of(old))


def test_a_sheet_waits_an_hour_to_be_proven(vault: Vault, ada: Credential) -> None:
    clock = Clock()
    maker = RecoverySheet(vault, clock)
    made = maker.make(ada)
    clock.now += 3601
    with pytest.raises(SheetUnknown):
        maker.prove(ada, made.lines[made.line - 1], NOW)


def test_only_the_owner_makes_a_sheet(vault: Vault) -> None:
    bea = Credential(member=uuid4(), name="Bea", role="adult", device=uuid4())
    with pytest.raises(NotAllowed):
        RecoverySheet(vault).make(bea)


def test_the_box_keeps_nothing_of_what_is_on_the_paper(vault: Vault, ada: Credential) -> None:
    maker = RecoverySheet(vault)
    made = maker.make(ada)
    maker.prove(ada, made.lines[made.line - 1], NOW)
    with vault.household.read() as connection:
        rows = [tuple(row) for row in connection.execute("SELECT * FROM sheet")]
    assert secret_of(made) not in repr(rows).encode()
    assert made.lines[0] not in repr(made)
