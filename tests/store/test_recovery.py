"""With the recovery sheet a data folder opens again, and only with it."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from futureself_box.errors import AlreadyRunning, AlreadySetUp, BoxKeyLost, SheetUnknown
from futureself_box.store import sheet
from futureself_box.store.recovery import recover
from futureself_box.store.vault import Vault

SECRET = bytes(range(20))


@pytest.fixture
def member(tmp_path: Path) -> UUID:
    """A member of a household whose sheet was proven and whose box lost its key."""
    vault, member = Vault(tmp_path / "data", tmp_path / "config"), uuid4()
    vault.ensure_member(member)
    now = datetime(2027, 1, 1, tzinfo=UTC)
    vault.prove_sheet("one", sheet.public_key(SECRET), [member], now)
    with vault.member(member).write() as tx:
        tx.execute("CREATE TABLE note (text TEXT)")
    vault.close()
    (tmp_path / "config/box.key").unlink()
    return member


def test_a_box_whose_key_was_lost_opens_again(tmp_path: Path, member: UUID) -> None:
    data, config = tmp_path / "data", tmp_path / "config"
    with pytest.raises(BoxKeyLost):
        Vault(data, config)
    assert recover(data, config, SECRET) == 1
    vault = Vault(data, config)
    with vault.member(member).read() as connection:
        assert connection.execute("SELECT * FROM note").fetchall() == []
    vault.close()


def test_another_sheet_changes_nothing(tmp_path: Path, member: UUID) -> None:
    data, config = tmp_path / "data", tmp_path / "config"
    before = {file: file.read_bytes() for file in data.rglob("*.keys")}
    with pytest.raises(SheetUnknown):
        recover(data, config, bytes(20))
    assert {file: file.read_bytes() for file in data.rglob("*.keys")} == before
    assert not (config / "box.key").exists()


def test_a_box_that_has_its_key_needs_no_sheet(tmp_path: Path, vault: Vault) -> None:
    with pytest.raises(AlreadySetUp):
        recover(tmp_path / "data", tmp_path / "config", SECRET)


def test_a_running_box_is_left_alone(tmp_path: Path, vault: Vault) -> None:
    with pytest.raises(AlreadyRunning):
        recover(tmp_path / "data", tmp_path / "elsewhere", SECRET)
