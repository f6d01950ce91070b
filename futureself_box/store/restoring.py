"""Bringing a backup back, whole or not at all.

Everything is copied beside the data and proven first: checksums, every page, every row. Then one
rename decides; from there on a restore that was cut off is finished at the next start. What was there
before is moved aside, never deleted. Every member's database begins a new epoch, so that phones send
again what they have (storage-and-sync, 2).
"""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec
import structlog

from futureself_box.errors import BackupDamaged, BoxKeyLost, StoreDamaged
from futureself_box.store import backup, box_key, keys, schema
from futureself_box.store.backup import Backup
from futureself_box.store.data_folder import BOX, HOUSEHOLD, MEMBERS_FOLDER, hold_alone, stores
from futureself_box.store.database import Database
from futureself_box.store.files import full_disk_told, private_folder, sync_file, sync_tree
from futureself_box.store.migrations import copy_path, migrate

# What belongs to the household; models and backups in the same folder stay where they are.
_OURS = ("household.*", MEMBERS_FOLDER)

log = structlog.get_logger()


class Restored(msgspec.Struct, frozen=True):
    """What was brought back, or would be. `aside` is where the data from before lies now."""

    made_at: datetime
    members: int
    rows: int
    aside: Path | None


class Replacement(msgspec.Struct, frozen=True):
    """What is about to be the household, and where the one before it will lie."""

    folder: Path
    box_key: bytes
    aside: Path


def restore(
    path: Path, data: Path, config: Path, now: datetime, sheet: bytes | None = None
) -> Restored:
    """Put the backup at `path` in the place of the household, with the box's key or the sheet.

    Raises BackupDamaged, BoxKeyLost, KeyWrong, SheetUnknown, DiskFull or AlreadyRunning; then
    nothing was changed.
    """
    found = backup.read(path)
    with replacing(data, config, now, sheet) as coming:
        opened = _stage(found, coming.folder, _unlocker(found, data, coming.box_key, sheet))
        _let_box_in(coming.folder, opened, coming.box_key)
    log.info("restored", name=path.name, stores=len(opened))
    return _said(found, coming.aside if coming.aside.exists() else None)


@contextmanager
def replacing(
    data: Path, config: Path, now: datetime, sheet: bytes | None, *, for_good: bool = True
) -> Iterator[Replacement]:
    """A folder to fill with a household, which then takes the place of the one there is, if `for_good`.

    Nothing is changed where the caller raises. Raises BoxKeyLost, DiskFull or AlreadyRunning.
    """
    with (
        hold_alone(private_folder(data)),
        hold_alone(data, "worker.lock"),
        full_disk_told(),
    ):
        finish(data)
        stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        part = data / f"restore-{stamp}.part"
        with _scratch(part):
            secret = _box_secret(config, sheet)
            yield Replacement(part, secret, data / f"before-restore-{stamp}")
            if not for_good:
                return
            sync_tree(part)
            # The key first: without data it opens nothing, and data without it stays closed.
            if not box_key.exists(config):
                box_key.write(config, secret)
            part.rename(part.with_suffix(".ready"))
            sync_file(data)
        finish(data)


def rehearse(path: Path, scratch: Path, unlock: keys.Opener) -> Restored:
    """Do all of a restore but the last step, in a throw-away folder. Raises as `restore` does."""
    found = backup.read(path)
    with full_disk_told(), _scratch(scratch):
        _stage(found, scratch, unlock)
    return _said(found, None)


def dry_run(path: Path, data: Path, config: Path, sheet: bytes | None = None) -> Restored:
    """Find out whether `restore` would succeed, changing nothing. Raises as it does."""
    found = backup.read(path)
    secret = _box_secret(config, sheet)
    scratch = private_folder(data) / "restore-dry-run.part"
    return rehearse(path, scratch, _unlocker(found, data, secret, sheet))


def finish(data: Path) -> None:
    """Go on with a restore that was cut off after its decision. The caller holds the folder alone."""
    for left in data.glob("restore-*.part"):
        shutil.rmtree(left)
    for ready in data.glob("restore-*.ready"):
        # All that is ours in the data folder is from before, until this is renamed.
        aside = private_folder(data / f"before-{ready.stem}")
        for pattern in _OURS:
            for old in data.glob(pattern):
                old.rename(aside / old.name)
        sync_file(aside)
        if not any(aside.iterdir()):
            aside.rmdir()
        sync_file(data)
        ready.rename(ready.with_suffix(".moving"))
        sync_file(data)
    for moving in data.glob("restore-*.moving"):
        for new in moving.iterdir():
            new.rename(data / new.name)
        sync_file(data)
        moving.rmdir()


def _stage(found: Backup, folder: Path, unlock: keys.Opener) -> dict[str, bytes]:
    """Copy, prove and prepare every store; returns the keys by the names of the stores."""
    manifest = found.manifest
    if HOUSEHOLD not in manifest.contents or set(stores(found.path)) != set(manifest.contents):
        raise BackupDamaged(f"{found.path.name} has not all that its manifest names.")
    backup.copy_files(found, folder)
    opened = {}
    for name, expected in manifest.contents.items():
        opened[name] = unlock(_key_file(folder, name))
        backup.check_store(folder, name, opened[name], expected)
        _prepare(folder, name, opened[name])
    return opened


def _prepare(folder: Path, name: str, key: bytes) -> None:
    path = folder / f"{name}.db"
    is_household = name == HOUSEHOLD
    with closing(Database(path, keys.derive(key, "database"))) as store:
        migrate(store, schema.household if is_household else schema.member)
        if not is_household:
            with store.write() as tx:
                tx.execute("UPDATE sync_state SET epoch = lower(hex(randomblob(16)))")
        store.check()
    copy_path(path).unlink(missing_ok=True)


def _let_box_in(folder: Path, opened: dict[str, bytes], secret: bytes) -> None:
    # An older file may have the wrap of an older box key, or of another machine's.
    for name, key in opened.items():
        keys.add_holder(folder / f"{name}.keys", key, BOX, secret)


def _box_secret(config: Path, sheet: bytes | None) -> bytes:
    if box_key.exists(config):
        return box_key.load_or_create(config, household_exists=True)
    if sheet is None:
        raise BoxKeyLost(hint="Restore with the recovery sheet: add --sheet.")
    return keys.new_key()


def _unlocker(found: Backup, data: Path, secret: bytes, sheet: bytes | None) -> keys.Opener:
    """Opens key files by the sheet or the box's key; newer files may hold the ring to an old one."""

    def opens(file: keys.KeyFile) -> bytes:
        if sheet is not None:
            return keys.open_file_with_sheet(file, sheet)
        return keys.open_file(file, BOX, secret)

    newer = (data, *reversed(backup.every(found.path.parent)))
    return partial(_unlock, opens=opens, folders=newer)


def _unlock(file: keys.KeyFile, opens: keys.Opener, folders: tuple[Path, ...]) -> bytes:
    return keys.unlock(file, opens, _known(file.subject, folders))


def _known(subject: str, folders: tuple[Path, ...]) -> Iterator[keys.KeyFile]:
    kind, _, member = subject.partition(":")
    name = f"{MEMBERS_FOLDER}/{member}" if kind == "member" else HOUSEHOLD
    for folder in folders:
        try:
            yield keys.read(folder / f"{name}.keys")
        except StoreDamaged:
            # Not there, or no help.
            continue


def _key_file(folder: Path, name: str) -> keys.KeyFile:
    try:
        return keys.read(folder / f"{name}.keys")
    except StoreDamaged as error:
        raise BackupDamaged(error.message) from error


def _said(found: Backup, aside: Path | None) -> Restored:
    contents = found.manifest.contents
    rows = sum(sum(one.rows.values()) for one in contents.values())
    return Restored(found.manifest.made_at, len(contents) - 1, rows, aside)


@contextmanager
def _scratch(folder: Path) -> Iterator[None]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
