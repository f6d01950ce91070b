"""The household's databases, opened with the box's key."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from futureself_box.errors import AlreadyRunning, BoxKeyLost, KeyWrong, StoreDamaged
from futureself_box.records import messages
from futureself_box.store.vault import Vault


def reopened(vault: Vault, folder: Path) -> Vault:
    vault.close()
    return Vault(folder / "data", folder / "config")


def say(vault: Vault, member: UUID, text: str) -> None:
    messages.say(vault.member(member), uuid4(), uuid4(), text, device=uuid4(), now_ms=1)


def test_a_member_s_words_are_there_after_a_restart(vault: Vault, tmp_path: Path) -> None:
    member = uuid4()
    vault.ensure_member(member)
    say(vault, member, "hello")
    again = reopened(vault, tmp_path)
    (said,) = messages.page(again.member(member), before=None, limit=10)
    assert said.message.text == "hello"
    again.close()


def test_two_boxes_never_share_a_data_folder(vault: Vault, tmp_path: Path) -> None:
    with pytest.raises(AlreadyRunning):
        Vault(tmp_path / "data", tmp_path / "config")


def test_without_the_box_s_key_nothing_opens_and_nothing_is_made(
    vault: Vault, tmp_path: Path
) -> None:
    vault.close()
    key = tmp_path / "config" / "box.key"
    kept = key.read_bytes()
    key.unlink()
    with pytest.raises(BoxKeyLost):
        Vault(tmp_path / "data", tmp_path / "config")
    assert not key.exists()
    key.write_bytes(kept)
    Vault(tmp_path / "data", tmp_path / "config").close()


@pytest.mark.parametrize("content", ["", "nonsense", "futureself-box key v1\nAAAA\n"])
def test_a_damaged_box_key_is_named(vault: Vault, tmp_path: Path, content: str) -> None:
    vault.close()
    (tmp_path / "config" / "box.key").write_text(content)
    with pytest.raises(KeyWrong, match=r"box\.key"):
        Vault(tmp_path / "data", tmp_path / "config")


def test_another_box_s_key_is_refused(vault: Vault, tmp_path: Path) -> None:
    vault.close()
    Vault(tmp_path / "other", tmp_path / "other-config").close()
    with pytest.raises(KeyWrong):
        Vault(tmp_path / "data", tmp_path / "other-config")


def test_one_member_s_damaged_database_closes_nobody_else_s(vault: Vault, tmp_path: Path) -> None:
    ada, bob = uuid4(), uuid4()
    for member in (ada, bob):
        vault.ensure_member(member)
        say(vault, member, "hello")
    vault.close()
    path = tmp_path / "data" / "members" / f"{ada}.db"
    path.write_bytes(path.read_bytes()[:5000])
    again = Vault(tmp_path / "data", tmp_path / "config")
    refused = again.open_all([ada, bob])
    assert isinstance(refused[ada], StoreDamaged)
    assert set(refused) == {ada}
    assert len(messages.page(again.member(bob), before=None, limit=10)) == 1
    again.close()


def test_a_lost_key_file_is_never_replaced_by_a_new_key(vault: Vault, tmp_path: Path) -> None:
    ada = uuid4()
    vault.ensure_member(ada)
    (tmp_path / "data" / "members" / f"{ada}.keys").unlink()
    again = reopened(vault, tmp_path)
    with pytest.raises(StoreDamaged, match=r"\.keys"):
        again.ensure_member(ada)
    again.close()


def test_the_folders_are_for_the_box_s_user_only(vault: Vault, tmp_path: Path) -> None:
    folders = (tmp_path / "data", tmp_path / "data" / "members", tmp_path / "config")
    assert [folder.stat().st_mode & 0o777 for folder in folders] == [0o700] * 3
