"""A backup is whole or not there, opens with the box's key or the sheet, and comes back whole."""

import errno
import hashlib
import os
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from futureself_box.errors import (
    AlreadyRunning,
    BackupDamaged,
    BackupFolderMissing,
    BoxKeyLost,
    DiskFull,
    KeyWrong,
    SheetUnknown,
)
from futureself_box.records import attachments, messages
from futureself_box.records.attachments import Announced
from futureself_box.settings import Records
from futureself_box.store import backup, box_key, keys, restoring, rotation, sheet
from futureself_box.store.backup import Backup
from futureself_box.store.vault import Vault

NOW = datetime(2027, 1, 1, 3, tzinfo=UTC)
SECRET = bytes(range(20))


class Home:
    """A household with one member, whose box is running."""

    def __init__(self, folder: Path) -> None:
        self.data, self.config, self.backups = folder / "data", folder / "config", folder / "kept"
        self.vault = Vault(self.data, self.config)
        self.ada = uuid4()
        self.vault.ensure_member(self.ada)
        self.prove_sheet(SECRET)

    def prove_sheet(self, secret: bytes) -> None:
        public = sheet.public_key(secret)
        self.vault.prove_sheet(secret.hex(), public, [self.ada], NOW)

    def say(self, text: str, member: UUID | None = None) -> None:
        store = self.vault.member(member or self.ada)
        messages.say(store, uuid4(), uuid4(), text, device=uuid4(), now_ms=1)

    def said(self) -> list[str]:
        page = messages.page(self.vault.member(self.ada), before=None, limit=10)
        return [one.message.text for one in page]

    def photograph(self, content: bytes) -> str:
        id_ = hashlib.sha256(content).hexdigest()
        new = Announced(sha256=id_, size=len(content), type="image/png")
        store = self.vault.member(self.ada)
        attachments.adopt(store, new, content, Records(), now_ms=1)
        return id_

    def content(self, id_: str) -> bytes:
        return attachments.content(self.vault.member(self.ada), id_)[1]

    def epoch(self) -> str:
        with self.vault.member(self.ada).read() as connection:
            return str(connection.execute("SELECT epoch FROM sync_state").fetchone()["epoch"])

    def back_up(self, after: timedelta = timedelta()) -> Backup:
        return backup.make(self.data, self.backups, self.vault.unlock, NOW + after)

    def restore(self, path: Path, secret: bytes | None = None) -> restoring.Restored:
        return restoring.restore(path, self.data, self.config, NOW, secret)

    def reopen(self) -> None:
        self.vault.close()
        self.vault = Vault(self.data, self.config)

    def rotate(self, *, compromised: bool) -> None:
        self.vault.close()
        rotation.rotate(self.data, self.config, compromised=compromised)
        self.vault = Vault(self.data, self.config)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path)
    yield made
    made.vault.close()


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "run" not in path.parts
    }


def test_what_was_backed_up_comes_back_and_what_came_later_lies_aside(home: Home) -> None:
    home.say("before")
    epoch, made = home.epoch(), home.back_up()
    home.say("after")
    home.vault.close()
    restored = home.restore(made.path)
    home.reopen()
    assert home.said() == ["before"]
    assert home.epoch() != epoch
    assert restored.aside is not None
    assert (restored.aside / "members" / f"{home.ada}.db").exists()


def test_attachments_are_in_a_backup_and_two_backups_share_them(home: Home) -> None:
    folder = home.data / "members" / f"{home.ada}.attachments"
    folder.mkdir()
    (folder / "photo").write_bytes(b"sealed")
    first, second = home.back_up(), home.back_up(timedelta(days=1))
    inside = f"members/{home.ada}.attachments/photo"
    assert inside in second.manifest.files
    assert (first.path / inside).samefile(second.path / inside)
    assert not (folder / "photo").samefile(second.path / inside)
    home.vault.close()
    shutil.rmtree(folder)
    home.restore(second.path)
    assert (folder / "photo").read_bytes() == b"sealed"


def test_damage_to_a_shared_attachment_is_found_and_not_sealed(home: Home) -> None:
    folder = home.data / "members" / f"{home.ada}.attachments"
    folder.mkdir()
    (folder / "photo").write_bytes(b"sealed")
    first = home.back_up()
    (first.path / f"members/{home.ada}.attachments/photo").write_bytes(b"broken")
    second = home.back_up(timedelta(days=1))
    with pytest.raises(BackupDamaged, match="photo"):
        restoring.dry_run(second.path, home.data, home.config)


def test_a_backup_holds_no_word_in_the_clear(home: Home) -> None:
    home.say("canary-word")
    made = home.back_up()
    assert not [name for name, bytes_ in tree(made.path).items() if b"canary" in bytes_]


def test_a_backup_is_of_one_moment_while_words_come_in(home: Home) -> None:
    home.say("first")
    made = home.back_up()
    home.say("second")
    content = made.manifest.contents[f"members/{home.ada}"]
    assert content.rows["revision"] == 1


def test_of_backups_within_a_second_the_last_one_stays(home: Home) -> None:
    for _ in range(4):
        made = home.back_up()
        assert backup.every(home.backups) == [made.path]


def test_a_backup_made_after_the_clock_went_back_stays(home: Home) -> None:
    for day in range(40):
        home.back_up(timedelta(days=100 + day))
    assert home.back_up().path.exists()


def test_a_backup_made_under_steady_writing_is_still_of_one_moment(home: Home) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            home.say("more")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(5):
            restoring.dry_run(home.back_up().path, home.data, home.config)
    finally:
        stop.set()
        writer.join()


@pytest.mark.parametrize("place", ["household.db", "members/{}.db", "members/{}.keys"])
def test_a_torn_backup_is_refused_and_nothing_is_changed(home: Home, place: str) -> None:
    made = home.back_up()
    file = made.path / place.format(home.ada)
    file.write_bytes(file.read_bytes()[:-100])
    home.vault.close()
    before = tree(home.data)
    with pytest.raises(BackupDamaged, match="damaged"):
        home.restore(made.path)
    file.unlink()
    with pytest.raises(BackupDamaged):
        home.restore(made.path)
    assert tree(home.data) == before


def test_what_is_no_backup_is_refused(home: Home, tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere", home.data):
        with pytest.raises(BackupDamaged):
            home.restore(path)


def test_a_dry_run_proves_everything_and_changes_nothing(home: Home) -> None:
    home.say("before")
    made = home.back_up()
    home.vault.close()
    before, kept = tree(home.data), tree(made.path)
    would = restoring.dry_run(made.path, home.data, home.config)
    assert (would.members, would.aside) == (1, None)
    assert tree(home.data) == before
    assert tree(made.path) == kept


def test_a_running_box_is_not_restored_under_its_feet(home: Home) -> None:
    made = home.back_up()
    with pytest.raises(AlreadyRunning):
        home.restore(made.path)


def test_on_a_clean_machine_the_sheet_alone_brings_everything_back(
    home: Home, tmp_path: Path
) -> None:
    home.say("before")
    made = home.back_up()
    data, config = tmp_path / "new/data", tmp_path / "new/config"
    with pytest.raises(BoxKeyLost, match="--sheet"):
        restoring.restore(made.path, data, config, NOW)
    with pytest.raises(SheetUnknown):
        restoring.restore(made.path, data, config, NOW, bytes(20))
    assert not (config / "box.key").exists()
    restoring.restore(made.path, data, config, NOW, SECRET)
    again = Vault(data, config)
    (said,) = messages.page(again.member(home.ada), before=None, limit=10)
    assert said.message.text == "before"
    again.close()


def test_another_box_s_key_doesn_t_open_a_backup(home: Home, tmp_path: Path) -> None:
    made = home.back_up()
    Vault(tmp_path / "other", tmp_path / "other-config").close()
    with pytest.raises(KeyWrong):
        restoring.restore(made.path, tmp_path / "other", tmp_path / "other-config", NOW)


@pytest.mark.parametrize("at", range(1, 12))
def test_a_restore_killed_at_any_step_is_the_old_or_the_new_household(
    home: Home, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    class Killed(BaseException):
        pass

    home.say("before")
    made = home.back_up()
    home.say("after")
    home.vault.close()
    steps, rename = 0, Path.rename

    def killed(path: Path, target: Path) -> Path:
        nonlocal steps
        steps += 1
        if steps == at:
            raise Killed
        return rename(path, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", killed)
        try:
            home.restore(made.path)
        except Killed:
            assert steps == at
    home.vault = Vault(home.data, home.config)
    assert home.said() == (["before", "after"] if at == 1 else ["before"])
    asides = list(home.data.glob("before-restore-*/household.db"))
    assert len(asides) == (0 if at == 1 else 1)
    assert not list(home.data.glob("restore-*"))


@pytest.mark.parametrize("compromised", [False, True])
def test_after_three_rotations_an_old_backup_opens_with_box_and_sheet(
    home: Home, tmp_path: Path, compromised: bool
) -> None:
    home.say("before")
    made = home.back_up()
    for _ in range(3):
        home.rotate(compromised=compromised)
    assert home.said() == ["before"]
    restoring.restore(made.path, tmp_path / "new", tmp_path / "new-config", NOW, SECRET)
    home.vault.close()
    home.restore(made.path)
    home.reopen()
    assert home.said() == ["before"]


def test_a_newer_sheet_opens_a_backup_from_before_it_through_the_ring(
    home: Home, tmp_path: Path
) -> None:
    home.say("before")
    made = home.back_up()
    newer = bytes(reversed(range(20)))
    home.prove_sheet(newer)
    for _ in range(3):
        home.rotate(compromised=True)
    home.back_up(timedelta(days=1))
    data, config = tmp_path / "new/data", tmp_path / "new/config"
    restoring.restore(made.path, data, config, NOW, newer)
    Vault(data, config).close()


def test_after_a_compromise_the_old_key_opens_nothing_of_today(home: Home) -> None:
    path = home.data / "members" / f"{home.ada}.keys"
    old_file = keys.read(path)
    old = home.vault.unlock(old_file)
    home.rotate(compromised=True)
    new = home.vault.unlock(keys.read(path))
    assert old != new
    assert home.vault.unlock(old_file) == old


def test_after_a_compromise_photos_are_sealed_with_the_new_key(home: Home, tmp_path: Path) -> None:
    home.say("before")
    photo = home.photograph(b"the sea")
    folder = home.data / "members" / f"{home.ada}.attachments"
    (folder / "left by a killed process").touch()
    made, sealed = home.back_up(), tree(folder)
    home.rotate(compromised=True)
    assert not tree(folder).items() & sealed.items()
    assert len(tree(folder)) == 1
    assert home.content(photo) == b"the sea"
    home.vault.close()
    home.restore(made.path)
    home.reopen()
    assert home.content(photo) == b"the sea"


def test_keys_are_not_replaced_where_photos_have_no_room_twice(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.photograph(b"the sea")
    home.vault.close()
    before = tree(home.data)
    full = shutil.disk_usage(home.data)._replace(free=0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    with pytest.raises(DiskFull):
        rotation.rotate(home.data, home.config, compromised=True)
    assert tree(home.data) == before


@pytest.mark.parametrize(
    "step", ["_seal_anew", "rekey", "finish_rotation", "add_holder", "write_next"]
)
def test_a_rotation_cut_off_is_finished_at_the_next_start(
    home: Home, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    home.say("before")
    photo = home.photograph(b"the sea")
    home.vault.close()
    places = {"_seal_anew": rotation, "rekey": rotation, "write_next": box_key}
    place: object = places.get(step, keys)
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(place, step, killed)
        rotation.rotate(home.data, home.config, compromised=True)
    home.vault = Vault(home.data, home.config)
    assert home.said() == ["before"]
    assert home.content(photo) == b"the sea"
    assert not (home.config / "box.key.next").exists()


def test_seven_days_and_four_weeks_are_kept() -> None:
    names = [f"{NOW + timedelta(days=day):%Y-%m-%dT%H%M%SZ}" for day in range(60)]
    kept = sorted(backup.kept(names))
    assert kept[-7:] == names[-7:]
    assert 9 <= len(kept) <= 11


def test_old_backups_go_and_what_a_killed_one_left_goes(home: Home) -> None:
    for day in range(40):
        (home.backups / f"{NOW - timedelta(days=day):%Y-%m-%dT%H%M%SZ}").mkdir(parents=True)
    (home.backups / ".torn.part").mkdir()
    home.back_up(timedelta(days=1))
    assert len(list(home.backups.iterdir())) in {9, 10, 11}


def test_a_full_disk_leaves_the_backups_that_there_are(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = home.back_up()

    def full(*_: object) -> str:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(backup, "sync_tree", full)
    with pytest.raises(DiskFull):
        home.back_up(timedelta(days=1))
    assert list(home.backups.iterdir()) == [first.path]


def test_a_disk_that_is_not_plugged_in_is_named(home: Home, tmp_path: Path) -> None:
    made = home.back_up()
    with pytest.raises(BackupFolderMissing, match="usb"):
        backup.copy(made, tmp_path / "usb")
    (tmp_path / "usb").mkdir()
    copied = backup.copy(made, tmp_path / "usb")
    assert tree(copied.path) == tree(made.path)
    assert backup.copy(made, tmp_path / "usb").path == copied.path


def test_a_damaged_copy_never_gets_its_name(home: Home, tmp_path: Path) -> None:
    made = home.back_up()
    (made.path / "household.db").write_bytes(b"")
    (tmp_path / "usb").mkdir()
    with pytest.raises(BackupDamaged):
        backup.copy(made, tmp_path / "usb")
    assert not list((tmp_path / "usb").iterdir())


def test_one_member_s_damage_is_named_and_the_others_are_backed_up(home: Home) -> None:
    bob = uuid4()
    home.vault.ensure_member(bob)
    home.say("hello", bob)
    home.vault.close()
    path = home.data / "members" / f"{home.ada}.db"
    path.write_bytes(path.read_bytes()[:5000])
    home.vault = Vault(home.data, home.config)
    made = home.back_up()
    assert made.manifest.damaged == (f"members/{home.ada}",)
    assert set(made.manifest.contents) == {"household", f"members/{bob}"}
    assert backup.read(made.path) == made
