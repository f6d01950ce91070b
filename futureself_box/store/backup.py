"""A backup: the whole household in one folder, made while the box is in use.

Each database is copied as it was at one moment, under its own key, with its key file and attachments
beside it; the manifest has the SHA-256 of every file and a digest of all rows. So a backup needs no
secret to be checked, and the box's key or the recovery sheet to be opened. Under its name it is whole
and on the disk: it is made under another one, read back, and renamed last.
What lies in a backup is never written again, so attachments share their bytes between backups.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import structlog

from futureself_box import __version__
from futureself_box.errors import BackupDamaged, BackupFolderMissing, StoreDamaged
from futureself_box.store import keys
from futureself_box.store.data_folder import HOUSEHOLD, MEMBERS_FOLDER, hold_alone, stores
from futureself_box.store.database import Connection, Database, check, looked_into
from futureself_box.store.files import (
    copy_hashed,
    full_disk_told,
    private_folder,
    sync_file,
    sync_tree,
    write_atomically,
)

FORMAT = 1
DAILY, WEEKLY = 7, 4
_MANIFEST = "manifest.json"
_NAME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{6}Z")
_NAMED_AT = "%Y-%m-%dT%H%M%SZ"
_ONE_SITTING = timedelta(minutes=1)

log = structlog.get_logger()


class Content(msgspec.Struct, frozen=True):
    """What a database holds: rows in each table, and the SHA-256 of all of them.

    Random ids in the rows keep the digest from telling anything about the words.
    """

    rows: dict[str, int]
    digest: str


class Manifest(msgspec.Struct, frozen=True):
    """What a backup has. `files` maps a path to its SHA-256; `damaged` names stores left out."""

    format: int
    release: str
    made_at: datetime
    contents: dict[str, Content]
    files: dict[str, str]
    damaged: tuple[str, ...] = ()


class Backup(msgspec.Struct, frozen=True):
    """A whole backup in its folder."""

    path: Path
    manifest: Manifest

    @property
    def size_bytes(self) -> int:
        """All files together; attachments that are shared with other backups count in each."""
        return sum((self.path / file).stat().st_size for file in self.manifest.files)


def make(data: Path, folder: Path, unlock: keys.Opener, now: datetime) -> Backup:
    """Back the household up into a new folder within `folder`, and let the oldest ones go.

    Raises DiskFull, StoreDamaged where the household's own database is, and AlreadyRunning.
    A member's damaged database is left out and named in the manifest.
    """
    with hold_alone(data, "backup.lock"), full_disk_told():
        target = _free_name(private_folder(folder), now)
        part = _empty_part(target)
        try:
            _fill(part, data, unlock, now, _newest(folder))
            made = _publish(part, target)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        _rotate(folder, target.name)
    log.info("backup_made", name=target.name, stores=len(made.manifest.contents))
    return made


def copy(backup: Backup, folder: Path) -> Backup:
    """Copy a backup into the second folder. Raises BackupFolderMissing, DiskFull, BackupDamaged."""
    if not folder.is_dir():
        raise BackupFolderMissing(f"The folder for backups {folder} is not there.")
    target = folder / backup.path.name
    try:
        with full_disk_told():
            if not target.exists():
                part = _empty_part(target)
                try:
                    copy_files(backup, part)
                    write_atomically(part / _MANIFEST, (backup.path / _MANIFEST).read_bytes())
                    _publish(part, target)
                finally:
                    shutil.rmtree(part, ignore_errors=True)
            _rotate(folder, target.name)
    except OSError as error:
        message = f"The folder for backups {folder} can't be used: {error.strerror}."
        raise BackupFolderMissing(message) from error
    return read(target)


def every(folder: Path) -> list[Path]:
    """The folders of all whole backups, oldest first."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))


def forget(data: Path, folder: Path, member: UUID) -> None:
    """Erase a member from every backup in `folder` and from what restores have moved aside.

    The keys go first, without which the rest is noise. Done again where it was cut off.
    """
    name = f"{MEMBERS_FOLDER}/{member}"
    with hold_alone(data, "backup.lock"):
        for aside in data.glob("before-restore-*"):
            _erase(aside, name)
        for path in every(folder):
            (path / f"{name}.keys").unlink(missing_ok=True)
            try:
                _leave_out(read(path), name)
            except BackupDamaged as error:
                log.warning("backup_unreadable", name=path.name, code=error.code)
            _erase(path, name)
    log.info("backups_without", member=str(member))


def read(path: Path) -> Backup:
    """A backup as its manifest describes it. Raises BackupDamaged."""
    try:
        manifest = msgspec.json.decode((path / _MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError) as error:
        raise BackupDamaged(f"{path} is not a whole backup.") from error
    if manifest.format > FORMAT:
        message = f"{path.name} was made by release {manifest.release}."
        raise BackupDamaged(message, hint="Install that release or a newer one.")
    if any(Path(file).is_absolute() or ".." in Path(file).parts for file in manifest.files):
        raise BackupDamaged(f"{path} names files outside of itself.")
    return Backup(path, manifest)


def copy_files(backup: Backup, target: Path) -> None:
    """Copy everything but the manifest, held to its checksums. Raises BackupDamaged."""
    for file, digest in backup.manifest.files.items():
        (target / file).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            found = copy_hashed(backup.path / file, target / file)
        except FileNotFoundError as error:
            raise BackupDamaged(f"{file} is missing from {backup.path.name}.") from error
        if found != digest:
            raise BackupDamaged(f"{file} in {backup.path.name} is damaged.")


def check_store(folder: Path, name: str, key: bytes, expected: Content) -> None:
    """Read every page and row of a closed copy. Raises BackupDamaged unless it holds `expected`."""
    path = folder / f"{name}.db"
    try:
        with looked_into(path, keys.derive(key, "database")) as connection:
            check(connection, path)
            found = content(connection)
    except StoreDamaged as error:
        raise BackupDamaged(f"{name} doesn't open or is damaged.") from error
    if found != expected:
        raise BackupDamaged(f"{name} doesn't hold what was backed up.")


def content(connection: Connection) -> Content:
    """What the snapshot of an open connection holds."""
    tables = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY name"
    ).fetchall()
    digest, rows = hashlib.sha256(), {}
    for table in (row["name"] for row in tables):
        count = 0
        for row in connection.execute(f'SELECT * FROM "{table}"'):  # noqa: S608
            digest.update(repr((table, *row)).encode())
            count += 1
        rows[table] = count
    return Content(rows, digest.hexdigest())


def hash_of(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def kept(names: Sequence[str]) -> set[str]:
    """Which backups stay: the newest of each of the last 7 days and 4 weeks that have one.

    >>> sorted(kept(["2027-01-01T020000Z", "2027-01-01T030000Z"]))
    ['2027-01-01T030000Z']
    """
    days: dict[object, str] = {}
    weeks: dict[object, str] = {}
    for name in sorted(names):
        made = _made_at(name)
        days[made.date()] = name
        weeks[made.isocalendar()[:2]] = name
    return {*list(days.values())[-DAILY:], *list(weeks.values())[-WEEKLY:]}


def _made_at(name: str) -> datetime:
    return datetime.strptime(name, _NAMED_AT).replace(tzinfo=UTC)


def _fill(
    part: Path, data: Path, unlock: keys.Opener, now: datetime, before: Backup | None
) -> None:
    (part / MEMBERS_FOLDER).mkdir(mode=0o700)
    contents: dict[str, Content] = {}
    damaged: list[str] = []
    for name in stores(data):
        try:
            contents[name] = _copy_store(data, part, name, unlock, before)
        except StoreDamaged:
            _erase(part, name)
            if name == HOUSEHOLD:
                raise
            # A member who was erased meanwhile has no key file any more, and no place here.
            if (data / f"{name}.keys").exists():
                log.warning("backup_without", store=name)
                damaged.append(name)
    files = _hashes(part, before)
    manifest = Manifest(FORMAT, __version__, now, contents, files, tuple(damaged))
    (part / _MANIFEST).write_bytes(_encoded(manifest))


def _leave_out(found: Backup, name: str) -> None:
    files = {k: v for k, v in found.manifest.files.items() if not k.startswith(f"{name}.")}
    if files != found.manifest.files:
        contents = {k: v for k, v in found.manifest.contents.items() if k != name}
        without = msgspec.structs.replace(found.manifest, files=files, contents=contents)
        write_atomically(found.path / _MANIFEST, _encoded(without))


def _encoded(manifest: Manifest) -> bytes:
    return msgspec.json.format(msgspec.json.encode(manifest))


def _hashes(part: Path, before: Backup | None) -> dict[str, str]:
    # A shared file keeps the hash that it was made with, so that damage to it is found, not sealed.
    earlier = before.manifest.files if before else {}
    found = {}
    for file in sorted(path for path in part.rglob("*") if path.is_file()):
        name = str(file.relative_to(part))
        shared = before and name in earlier and file.samefile(before.path / name)
        found[name] = earlier[name] if shared else hash_of(file)
    return found


def _copy_store(
    data: Path, part: Path, name: str, unlock: keys.Opener, before: Backup | None
) -> Content:
    source, target = data / f"{name}.db", part / f"{name}.db"
    key_file = data / f"{name}.keys"
    file = keys.read(key_file)
    if not source.exists():
        raise StoreDamaged(f"The database {source.name} is missing.")
    key = unlock(file)
    with (
        closing(Database(source, keys.derive(key, "database"))) as store,
        store.read() as reader,
    ):
        found = content(reader)
        store.copy_to(reader, target)
    _copy_attachments(data, part, name, before)
    try:
        write_atomically(part / f"{name}.keys", key_file.read_bytes())
    except FileNotFoundError as error:
        raise StoreDamaged(f"The key file {key_file.name} is missing.") from error
    check_store(part, name, key, found)
    return found


def _copy_attachments(data: Path, part: Path, name: str, before: Backup | None) -> None:
    source, target = (folder / f"{name}.attachments" for folder in (data, part))
    if not source.is_dir():
        return
    target.mkdir(mode=0o700)
    earlier = before.path / f"{name}.attachments" if before else None
    for file in source.rglob("*"):
        inside = file.relative_to(source)
        if file.is_dir():
            (target / inside).mkdir(mode=0o700, exist_ok=True)
        elif not file.name.endswith(".part"):
            shared = earlier / inside if earlier else None
            _share_or_copy(file, shared, target / inside)


def _share_or_copy(file: Path, shared: Path | None, target: Path) -> None:
    # A link to the file itself would be damaged along with it; one to the last backup's copy is not.
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        if shared and shared.stat().st_size == file.stat().st_size:
            os.link(shared, target)
            return
    except OSError as error:
        log.debug("backup_not_shared", errno=error.errno)
    try:
        copy_hashed(file, target)
    except FileNotFoundError:
        # Deleted meanwhile: what is gone from the box need not be in its backup.
        target.unlink(missing_ok=True)


def _publish(part: Path, target: Path) -> Backup:
    sync_tree(part)
    part.rename(target)
    sync_file(target.parent)
    return read(target)


def _free_name(folder: Path, now: datetime) -> Path:
    # Names count seconds; of two backups within one, the later one has the later name.
    at = now.astimezone(UTC).replace(microsecond=0)
    for made_at in (_made_at(path.name) for path in every(folder)):
        if timedelta() <= made_at - at < _ONE_SITTING:
            at = made_at + timedelta(seconds=1)
    return folder / at.strftime(_NAMED_AT)


def _empty_part(target: Path) -> Path:
    # What a killed backup has left goes first: it may be what fills the disk.
    for left in target.parent.glob(".*.part"):
        shutil.rmtree(left)
    part = target.with_name(f".{target.name}.part")
    part.mkdir(mode=0o700)
    return part


def _rotate(folder: Path, made: str) -> None:
    backups = every(folder)
    # The one just made stays even where the clock has gone back and it looks old.
    keep = kept([path.name for path in backups]) | {made}
    for path in backups:
        if path.name not in keep:
            gone = path.rename(path.with_name(f".{path.name}.part"))
            shutil.rmtree(gone)


def _erase(folder: Path, name: str) -> None:
    for file in (folder / name).parent.glob(f"{Path(name).name}.*"):
        if file.is_dir():
            shutil.rmtree(file)
        else:
            file.unlink()


def _newest(folder: Path) -> Backup | None:
    for path in reversed(every(folder)):
        try:
            return read(path)
        except BackupDamaged as error:
            log.warning("backup_unreadable", name=path.name, code=error.code)
    return None
