"""Who can open a key, and who no longer can."""

import json
from pathlib import Path

import pytest

from futureself_box.errors import KeyWrong, StoreDamaged
from futureself_box.store import keys

BOX, PHONE = bytes([1]) * 32, bytes([2]) * 32


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ada.keys"


@pytest.fixture
def key(path: Path) -> bytes:
    made = keys.new_key()
    keys.create(path, "member:ada", made, "box", BOX)
    return made


def test_a_holder_opens_the_key_with_its_secret(path: Path, key: bytes) -> None:
    keys.add_holder(path, key, "device:phone", PHONE)
    assert keys.open_key(path, "box", BOX) == key
    assert keys.open_key(path, "device:phone", PHONE) == key


def test_another_secret_opens_nothing(path: Path, key: bytes) -> None:
    with pytest.raises(KeyWrong):
        keys.open_key(path, "box", PHONE)


def test_a_removed_holder_opens_nothing_and_the_others_still_do(path: Path, key: bytes) -> None:
    keys.add_holder(path, key, "device:phone", PHONE)
    keys.remove_holders(path, {"device:phone"})
    with pytest.raises(KeyWrong):
        keys.open_key(path, "device:phone", PHONE)
    assert keys.open_key(path, "box", BOX) == key
    assert "device:phone" not in path.read_text()


def test_the_file_holds_no_key_as_it_is(path: Path, key: bytes) -> None:
    content = path.read_bytes()
    assert key not in content
    assert key.hex().encode() not in content
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("field", ["subject", "current"])
def test_a_wrap_moved_to_another_file_or_key_does_not_open(
    path: Path, key: bytes, field: str
) -> None:
    content = json.loads(path.read_text())
    if field == "subject":
        content["subject"] = "member:bob"
    else:
        content["current"] = content["wraps"][0]["key_id"] = "0" * 16
    path.write_text(json.dumps(content))
    with pytest.raises(KeyWrong):
        keys.open_key(path, "box", BOX)


@pytest.mark.parametrize("content", ["", "{}", '{"version": 1'])
def test_a_damaged_file_is_named(path: Path, content: str) -> None:
    path.write_text(content)
    with pytest.raises(StoreDamaged, match=r"ada\.keys"):
        keys.open_key(path, "box", BOX)


def test_the_same_key_gives_the_same_database_key_for_ever() -> None:
    # A format that lasts: computed once with HKDF-SHA256 and kept here.
    assert keys.derive(bytes(32), "database").hex() == (
        "767e1aa222799b908c643fe8c40b0c57b2ac5fdaba4c8cf4c59f88aed09eeddf"
    )
