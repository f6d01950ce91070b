"""The household's databases, opened with the box's key: one for the house, one for each member.

A member's words are reached only through that member's own `MemberStore`. A database that fails its
check closes that member's part and nobody else's.
"""

import shutil
import threading
from datetime import datetime
from pathlib import Path
from uuid import UUID

import structlog
from sqlite_utils import Migrations

from futureself_box.errors import BoxError, SheetUnknown, StoreTooNew
from futureself_box.store import keys, restoring, rotation, schema
from futureself_box.store.box_key import load_or_create
from futureself_box.store.data_folder import BOX, KEY_FILE, MEMBERS_FOLDER, hold_alone
from futureself_box.store.database import Connection, Database
from futureself_box.store.files import private_folder, sync_file
from futureself_box.store.migrations import migrate
from futureself_box.store.sealed_file import SealedFolder

log = structlog.get_logger()


class HouseholdStore(Database):
    """`household.db`: members, devices, household settings. No member's words."""


class MemberStore(Database):
    """`members/<id>.db`: everything of one member, with their attachments in a folder beside it."""

    def __init__(
        self, member: UUID, path: Path, key: bytes, attachments: SealedFolder, parking_key: bytes
    ) -> None:
        self.member = member
        self.attachments = attachments
        self.parking_key = parking_key
        super().__init__(path, key)


class Vault:
    """Everything under the data folder that is encrypted. One process holds it at a time.

    Raises AlreadyRunning, BoxKeyLost, KeyWrong, StoreDamaged or StoreTooNew where the household's
    own database can't be opened.
    """

    def __init__(self, data: Path, config: Path) -> None:
        self._data = data
        self._run_lock = hold_alone(private_folder(data))
        self._lock = threading.Lock()
        self._open: dict[UUID, MemberStore] = {}
        try:
            restoring.finish(data)
            rotation.finish(data, config)
            self._members = private_folder(data / MEMBERS_FOLDER)
            database, key_file = data / "household.db", data / KEY_FILE
            self._household_key_file = key_file
            self._box_key = load_or_create(config, household_exists=key_file.exists())
            if not key_file.exists():
                keys.create(key_file, "household", keys.new_key(), BOX, self._box_key)
            key = keys.open_key(key_file, BOX, self._box_key)
            self.household = HouseholdStore(database, keys.derive(key, "database"))
            _prepare(self.household, schema.household)
        except BaseException:
            self._run_lock.close()
            raise

    def ensure_member(self, member: UUID) -> None:
        """Make a member's key and empty database, where there are none."""
        key_file = self._key_file(member)
        if not key_file.exists() and not key_file.with_suffix(".db").exists():
            keys.create(key_file, f"member:{member}", keys.new_key(), BOX, self._box_key)
        self.member(member)
        sheet = self._sheet()
        if sheet is not None:
            keys.add_sheet(key_file, self._member_key(member), *sheet)

    def member(self, member: UUID) -> MemberStore:
        """A member's open store; opening migrates and checks it. Raises StoreDamaged and the like."""
        with self._lock:
            if member not in self._open:
                store = open_member(self._data, member, self._member_key(member))
                _prepare(store, schema.member)
                self._open[member] = store
            return self._open[member]

    @property
    def open_stores(self) -> list[MemberStore]:
        """The members' stores that are open."""
        with self._lock:
            return list(self._open.values())

    def open_all(self, members: list[UUID]) -> dict[UUID, BoxError]:
        """Open every member's store, as at the start; return what can't be opened and why.

        Raises StoreTooNew: then the release is the wrong one, for everybody.
        """
        refused: dict[UUID, BoxError] = {}
        for member in members:
            try:
                self.member(member)
            except StoreTooNew:
                raise
            except BoxError as error:
                log.warning("store_refused", member=str(member), code=error.code)
                refused[member] = error
        return refused

    def unlock(self, file: keys.KeyFile) -> bytes:
        """The key that opens the store beside this file, also that of an old backup.

        Raises KeyWrong.
        """
        return keys.unlock(file, self._box_opens, self._known(file.subject))

    def parking_key(self, member: UUID) -> bytes:
        """What a member's parked conversations are sealed with. Raises KeyWrong or StoreDamaged."""
        return keys.derive(self._member_key(member), "parking")

    def add_device(self, member: UUID, device: UUID, token: bytes) -> None:
        """Let a device's token open the member's key."""
        key = self._member_key(member)
        keys.add_holder(self._key_file(member), key, _device(device), token)

    def remove_devices(self, member: UUID, devices: set[UUID]) -> None:
        """Take the wraps of these devices away."""
        keys.remove_holders(self._key_file(member), {_device(device) for device in devices})

    def remove_member(self, member: UUID) -> None:
        """Erase everything of a member; first the keys, without which the rest is noise."""
        with self._lock:
            store = self._open.pop(member, None)
            if store is not None:
                store.close()
            self._key_file(member).unlink(missing_ok=True)
            for file in self._members.glob(f"{member}.*"):
                shutil.rmtree(file) if file.is_dir() else file.unlink()
            sync_file(self._members)

    def prove_sheet(
        self, sheet: str, public_key: bytes, members: list[UUID], now: datetime
    ) -> None:
        """Let a new recovery sheet open everything, and the one before it nothing."""
        files = [self._household_key_file, *(self._key_file(member) for member in members)]
        for file in files:
            keys.add_sheet(file, keys.open_key(file, BOX, self._box_key), sheet, public_key)
        with self.household.write() as tx:
            note_sheet(tx, sheet, public_key, now)
        self.remove_older_sheets(members)

    def sheet_opens(self, secret: bytes) -> bool:
        """Whether what stands on a sheet opens the household's key."""
        try:
            keys.open_with_sheet(self._household_key_file, secret)
        except SheetUnknown:
            return False
        return True

    def remove_older_sheets(self, members: list[UUID]) -> None:
        """Take the wraps of every sheet away but the newest; again at the start, should it be killed."""
        sheet = self._sheet()
        newest = None if sheet is None else f"sheet:{sheet[0]}"
        for file in (self._household_key_file, *(self._key_file(member) for member in members)):
            if file.exists():
                old = {h for h in keys.holders(file) if h.startswith("sheet:") and h != newest}
                keys.remove_holders(file, old)

    def close(self) -> None:
        """Close all stores and let another process have the data folder."""
        with self._lock:
            for store in self._open.values():
                store.close()
            self._open.clear()
        self.household.close()
        self._run_lock.close()

    def _box_opens(self, file: keys.KeyFile) -> bytes:
        return keys.open_file(file, BOX, self._box_key)

    def _known(self, subject: str) -> list[keys.KeyFile]:
        files = (self._household_key_file, *self._members.glob("*.keys"))
        return [file for path in files if (file := keys.read(path)).subject == subject]

    def _member_key(self, member: UUID) -> bytes:
        return keys.open_key(self._key_file(member), BOX, self._box_key)

    def _sheet(self) -> tuple[str, bytes] | None:
        with self.household.read() as connection:
            row = connection.execute("SELECT id, public_key FROM sheet").fetchone()
        return None if row is None else (row["id"], row["public_key"])

    def _key_file(self, member: UUID) -> Path:
        return self._members / f"{member}.keys"


def open_member(data: Path, member: UUID, key: bytes) -> MemberStore:
    """A member's store as it is, also beside the box. Raises StoreDamaged."""
    folder = data / MEMBERS_FOLDER
    attachments = SealedFolder(folder / f"{member}.attachments", keys.derive(key, "attachments"))
    database, parking = keys.derive(key, "database"), keys.derive(key, "parking")
    return MemberStore(member, folder / f"{member}.db", database, attachments, parking)


def unlock_member(data: Path, member: UUID, unlock: keys.Opener) -> MemberStore:
    """A member's store beside the box, with what opens its key. Raises StoreDamaged."""
    return open_member(data, member, unlock(keys.read(data / MEMBERS_FOLDER / f"{member}.keys")))


def note_sheet(tx: Connection, sheet: str, public_key: bytes, now: datetime) -> None:
    """Keep the half of the recovery sheet that locks, inside the caller's transaction."""
    tx.execute(
        """
        INSERT OR REPLACE INTO sheet (only, id, public_key, proven_at)
        VALUES (1, :id, :public_key, :proven_at)
        """,
        {"id": sheet, "public_key": public_key, "proven_at": now.isoformat()},
    )


def _prepare(database: Database, migrations: Migrations) -> None:
    try:
        applied = migrate(database, migrations)
        database.check()
    except BaseException:
        database.close()
        raise
    if applied:
        log.info("store_migrated", file=database.path.name, migrations=applied)


def _device(device: UUID) -> str:
    return f"device:{device}"
