"""Replacing keys: the box's own as a routine, everybody's after a compromise.

A routine rotation makes a new box key and wraps every key for it; no database changes. After a
compromise every store gets a new key as well and is encrypted again, its attachments too; the old
key stays wrapped under the new one, so that backups made before still open. Device tokens are not at
hand, so a device's own wrap is gone until it joins again; it goes on talking to the box, which has a
wrap of its own.

The box must not be running. A rotation that was cut off is finished at the next start.
"""

import shutil
from contextlib import closing
from pathlib import Path

import structlog

from futureself_box.errors import DiskFull, KeyWrong, StoreDamaged
from futureself_box.store import box_key, keys
from futureself_box.store.data_folder import BOX, KEY_FILE, MEMBERS_FOLDER, hold_alone, stores
from futureself_box.store.database import Database, rekey
from futureself_box.store.migrations import copy_path
from futureself_box.store.sealed_file import SealedFolder

log = structlog.get_logger()


def rotate(data: Path, config: Path, *, compromised: bool) -> int:
    """Rotate and return how many stores there are.

    Raises AlreadyRunning, BoxKeyLost, KeyWrong or, where attachments have no room twice, DiskFull.
    """
    with hold_alone(data), hold_alone(data, "worker.lock"):
        finish(data, config)
        household = (data / KEY_FILE).exists()
        secret = box_key.load_or_create(config, household_exists=household)
        if not household:
            return 0
        if compromised:
            _check_room(data)
            half = _sheet(data, secret)
            for name in stores(data):
                keys.begin_rotation(_keys(data, name), keys.new_key(), secret, half)
                _encrypt_anew(data, name, secret)
        box_key.write_next(config, keys.new_key())
        finish(data, config)
    log.info("keys_rotated", compromised=compromised)
    return len(stores(data))


def finish(data: Path, config: Path) -> None:
    """Go on with a rotation that was cut off. The caller holds the data folder alone."""
    if not (data / KEY_FILE).exists() or not box_key.exists(config):
        return
    secret = box_key.load_or_create(config, household_exists=True)
    coming = box_key.read_next(config)
    for name in stores(data):
        if coming is not None:
            _wrap_anew(_keys(data, name), secret, coming)
        elif _is_under_way(_keys(data, name), secret):
            _encrypt_anew(data, name, secret)
    if coming is not None:
        box_key.take_next(config)


def _encrypt_anew(data: Path, name: str, secret: bytes) -> None:
    path, file = _keys(data, name), data / f"{name}.db"
    old, new = keys.open_key(path, BOX, secret), keys.next_key(path, secret)
    if new is not None and file.exists():
        database_key = keys.derive(new, "database")
        is_new = _opens(file, database_key)
        in_use = database_key if is_new else keys.derive(old, "database")
        _seal_anew(data / f"{name}.attachments", _attached(file, in_use), old, new)
        if not is_new:
            rekey(file, in_use, database_key)
        copy_path(file).unlink(missing_ok=True)
    keys.finish_rotation(path)


def _check_room(data: Path) -> None:
    sealed = sum(path.stat().st_size for path in data.glob(f"{MEMBERS_FOLDER}/*.attachments/*"))
    if shutil.disk_usage(data).free < sealed:
        message = (
            "Photos and recordings are encrypted anew one by one, and there is no room for that."
        )
        raise DiskFull(message, hint="Free some space on the box, then start again.")


def _attached(file: Path, key: bytes) -> list[str]:
    with closing(Database(file, key)) as store, store.read() as connection:
        known = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'attachment'")
        if known.fetchone() is None:
            return []
        rows = connection.execute("SELECT id FROM attachment WHERE state = 'kept'").fetchall()
    return [row["id"] for row in rows]


def _seal_anew(folder: Path, labels: list[str], old: bytes, new: bytes) -> None:
    # Names follow from the key as well, so old and new files lie side by side until all are new.
    before = SealedFolder(folder, keys.derive(old, "attachments"))
    after = SealedFolder(folder, keys.derive(new, "attachments"))
    for label in labels:
        if after.holds(label, chunks=1, received=0):
            continue
        try:
            after.write(label, before.read(label))
        except StoreDamaged:
            # It did not open before either; a phone that has it sends it again.
            log.warning("attachment_damaged", folder=folder.name, file=before.name(label))
    names = {after.name(label) for label in labels}
    for left in after.files():
        if left.name not in names:
            left.unlink()


def _is_under_way(path: Path, secret: bytes) -> bool:
    try:
        return keys.next_key(path, secret) is not None
    except (KeyWrong, StoreDamaged) as error:
        # One damaged file closes that store when it is opened, and nobody else's.
        log.warning("rotation_unknown", file=path.name, code=error.code)
        return False


def _opens(file: Path, key: bytes) -> bool:
    try:
        Database(file, key).close()
    except StoreDamaged:
        return False
    return True


def _wrap_anew(path: Path, old: bytes, new: bytes) -> None:
    try:
        key = keys.open_key(path, BOX, old)
    except KeyWrong:
        # Done before it was cut off; if not, this raises.
        key = keys.open_key(path, BOX, new)
    keys.add_holder(path, key, BOX, new)


def _sheet(data: Path, secret: bytes) -> keys.SheetHalf | None:
    key = keys.derive(keys.open_key(data / KEY_FILE, BOX, secret), "database")
    with closing(Database(data / "household.db", key)) as store, store.read() as connection:
        row = connection.execute("SELECT id, public_key FROM sheet").fetchone()
    return None if row is None else (row["id"], row["public_key"])


def _keys(data: Path, name: str) -> Path:
    return data / f"{name}.keys"
