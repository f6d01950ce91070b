"""The nightly backup and the drill, and what the owner hears of them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from futureself_box import settings
from futureself_box.errors import BackupDamaged, BackupMissing, DiskFull, NotAllowed
from futureself_box.household import backups, leaving, members
from futureself_box.household.backups import Report
from futureself_box.household.devices import Credential
from futureself_box.household.members import Member
from futureself_box.jobs.backups import Backups
from futureself_box.jobs.run import drain
from futureself_box.settings import Settings
from futureself_box.store import backup
from futureself_box.store.vault import Vault

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


class Night:
    """The jobs of a household with its owner; `now` is moved by hand."""

    def __init__(self, vault: Vault, folder: Path) -> None:
        loaded = settings.load(
            {
                "FUTURESELF_DATA_FOLDER": str(folder / "data"),
                "FUTURESELF_CONFIG_FOLDER": str(folder / "config"),
                "FUTURESELF_BACKUP_FOLDER": str(folder / "usb"),
            }
        )
        self.settings: Settings = loaded
        self.vault, self.now = vault, NOON
        self.owner = Member(id=uuid4(), name="Ada", role="owner", created_at=NOON)
        with vault.household.write() as tx:
            members.insert(tx, self.owner)
        vault.ensure_member(self.owner.id)
        self.jobs = Backups(loaded, vault.unlock, lambda: self.now)

    def look(self) -> None:
        self.jobs.enqueue_due(self.vault.household)
        drain(self.vault.household, self.jobs.work, lambda: int(self.now.timestamp() * 1000))

    def report(self) -> Report:
        who = Credential(device=uuid4(), member=self.owner.id, name="Ada", role="owner")
        return backups.report(self.vault.household, who, self.now)

    def made(self) -> list[Path]:
        return backup.every(self.settings.backups_path)


@pytest.fixture
def night(vault: Vault, tmp_path: Path) -> Night:
    (tmp_path / "usb").mkdir()
    return Night(vault, tmp_path)


def test_there_is_one_backup_a_night_and_one_drill_a_month(night: Night) -> None:
    for _ in range(3):
        night.look()
    first = night.report()
    assert len(night.made()) == 1
    assert first.drill is not None
    assert first.drill.good_at == NOON
    assert first.problem is None
    night.now += timedelta(days=1)
    night.look()
    second = night.report()
    assert len(night.made()) == 2
    assert second.drill == first.drill
    assert second.second is not None
    assert second.second.name == night.made()[-1].name
    assert [path.name for path in night.made()] == [
        path.name for path in backup.every(Path(night.settings.backup.folder))
    ]


def test_a_household_without_an_owner_is_not_backed_up(vault: Vault, tmp_path: Path) -> None:
    night = Night(vault, tmp_path)
    with vault.household.write() as tx:
        tx.execute("DELETE FROM member")
    night.look()
    assert night.made() == []


def test_a_missing_disk_is_told_and_the_backup_on_the_box_is_made(night: Night) -> None:
    Path(night.settings.backup.folder).rmdir()
    night.look()
    told = night.report()
    assert told.backup is not None
    assert told.backup.problem is None
    assert told.problem is not None
    assert "Plug the disk in" in told.problem
    Path(night.settings.backup.folder).mkdir()
    night.now += timedelta(days=1)
    night.look()
    assert night.report().problem is None


def test_a_full_disk_is_told_and_tried_again(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise DiskFull

    with monkeypatch.context() as patched:
        patched.setattr(backup, "sync_tree", full)
        night.look()
    told = night.report()
    assert told.under_way
    assert "full" in (told.problem or "")
    night.now += timedelta(minutes=5)
    night.look()
    assert night.report().problem is None
    assert len(night.made()) == 1


@pytest.mark.parametrize("sly", [False, True])
def test_the_drill_finds_a_planted_corruption_and_says_so(night: Night, sly: bool) -> None:
    night.look()
    (path,) = night.made()
    file = path / "members" / f"{night.owner.id}.db"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    if sly:
        # Somebody who mends the checksum as well is found by the pages' own seals.
        manifest = backup.read(path).manifest
        files = manifest.files | {f"members/{file.name}": backup.hash_of(file)}
        mended = msgspec.structs.replace(manifest, files=files)
        (path / "manifest.json").write_bytes(msgspec.json.encode(mended))
    with pytest.raises(BackupDamaged):
        night.jobs.rehearse(night.vault.household)
    told = night.report()
    assert told.drill is not None
    assert told.drill.problem is not None
    assert told.drill.good_at == NOON
    assert "could not be brought back" in (told.problem or "")
    assert not (night.settings.data_path / "drill.part").exists()


def test_a_drill_finds_rows_that_are_not_those_of_the_source(night: Night) -> None:
    night.look()
    (path,) = night.made()
    manifest = backup.read(path).manifest
    name = f"members/{night.owner.id}"
    other = msgspec.structs.replace(manifest.contents[name], digest="0" * 64)
    changed = msgspec.structs.replace(manifest, contents=manifest.contents | {name: other})
    (path / "manifest.json").write_bytes(msgspec.json.encode(changed))
    with pytest.raises(BackupDamaged, match="doesn't hold"):
        night.jobs.rehearse(night.vault.household)


def test_without_a_backup_a_drill_fails(night: Night) -> None:
    with pytest.raises(BackupMissing):
        night.jobs.rehearse(night.vault.household)


def test_a_box_that_was_off_for_days_is_told(night: Night) -> None:
    night.look()
    night.now += timedelta(days=5)
    assert "5 days old" in (night.report().problem or "")


def test_only_the_owner_asks_and_asking_twice_is_once(night: Night) -> None:
    store = night.vault.household
    adult = Credential(device=uuid4(), member=uuid4(), name="Bea", role="adult")
    for refused in (backups.ask, backups.report):
        with pytest.raises(NotAllowed):
            refused(store, adult, NOON)
    owner = msgspec.structs.replace(adult, role="owner")
    backups.ask(store, owner, NOON)
    backups.ask(store, owner, NOON + timedelta(seconds=1))
    with store.read() as connection:
        (row,) = connection.execute("SELECT count(*) AS n FROM job").fetchall()
    assert row["n"] == 1


def test_an_erased_member_is_in_no_backup_any_more_and_the_backups_still_open(
    night: Night,
) -> None:
    gone = uuid4()
    night.vault.ensure_member(gone)
    night.look()
    leaving.erase(night.vault, gone)
    night.look()
    assert not list(night.settings.data_path.rglob(f"{gone}*"))
    assert not list(Path(night.settings.backup.folder).rglob(f"{gone}*"))
    night.jobs.rehearse(night.vault.household)
    assert night.report().problem is None


@pytest.mark.parametrize("days", [0, 30])
def test_an_erased_member_waits_for_the_disk_that_is_away(night: Night, days: int) -> None:
    gone, usb = uuid4(), Path(night.settings.backup.folder)
    night.vault.ensure_member(gone)
    night.look()
    usb.rename(usb.with_name("unplugged"))
    leaving.erase(night.vault, gone)
    night.look()
    for _ in range(days):
        night.now += timedelta(days=1)
        night.look()
    usb.with_name("unplugged").rename(usb)
    night.now += timedelta(minutes=5) if days == 0 else timedelta(days=1)
    night.look()
    assert not list(usb.rglob(f"{gone}*"))
