"""The box's key stays with the box; what it opens goes to processes of its own user."""

import socket
from pathlib import Path

import pytest

from futureself_box.errors import BoxNotRunning, KeyWrong
from futureself_box.store import keyhole, keys
from futureself_box.store.keyhole import Keyhole
from futureself_box.store.vault import Vault


def test_the_box_opens_a_key_file_for_its_own_user(vault: Vault, tmp_path: Path) -> None:
    path = tmp_path / "box.sock"
    file = keys.read(tmp_path / "data/household.keys")
    hole = Keyhole(path, vault.unlock)
    assert keyhole.ask(path, file) == vault.unlock(file)
    keys.create(tmp_path / "strange.keys", "member:x", keys.new_key(), "box", keys.new_key())
    with pytest.raises(KeyWrong):
        keyhole.ask(path, keys.read(tmp_path / "strange.keys"))
    assert path.stat().st_mode & 0o777 == 0o600
    hole.close()
    with pytest.raises(BoxNotRunning):
        keyhole.ask(path, file)


def test_another_user_gets_no_answer(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "box.sock"
    hole = Keyhole(path, vault.unlock)
    with monkeypatch.context() as patched, pytest.raises(BoxNotRunning):
        patched.setattr(keyhole.os, "getuid", lambda: 4711)  # type: ignore[attr-defined]
        keyhole.ask(path, keys.read(tmp_path / "data/household.keys"))
    hole.close()


def test_nonsense_and_silence_are_survived(vault: Vault, tmp_path: Path) -> None:
    path = tmp_path / "box.sock"
    hole = Keyhole(path, vault.unlock)
    for said in (b"", b"nonsense", b"{}", b"[" * 5000):
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect(str(path))
            peer.sendall(said)
            peer.shutdown(socket.SHUT_WR)
            assert b"problem" in peer.recv(1000)
    assert keyhole.ask(path, keys.read(tmp_path / "data/household.keys"))
    hole.close()
