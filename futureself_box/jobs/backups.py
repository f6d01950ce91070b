"""The nightly backup, and once a month a rehearsal of bringing it back.

Both tell the owner how it went (household/backups.py). A night or month that the box slept through
is made up for as soon as it is awake.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from futureself_box.errors import BackupFolderMissing, BackupMissing, BoxError
from futureself_box.household import backups, members
from futureself_box.household.backups import BACKUP, DRILL
from futureself_box.household.leaving import ERASE
from futureself_box.jobs.run import Work
from futureself_box.settings import Settings
from futureself_box.store import backup, jobs, keys, restoring
from futureself_box.store.backup import Backup
from futureself_box.store.vault import HouseholdStore


class Backups(msgspec.Struct, frozen=True):
    """Where backups go, what opens the stores, and the clock."""

    settings: Settings
    unlock: keys.Opener
    now: Callable[[], datetime]

    @property
    def work(self) -> dict[str, Work[HouseholdStore]]:
        """What to do for each kind of job."""
        return {
            BACKUP: lambda store, _: self.back_up(store),
            DRILL: lambda store, _: self.rehearse(store),
            ERASE: lambda _, job: self.forget(UUID(job.key.partition(":")[2])),
        }

    def enqueue_due(self, store: HouseholdStore) -> None:
        """Put in what is due by now, in local time; a household without an owner has nothing yet."""
        if members.owner(store) is None:
            return
        now = self.now()
        night = (now.astimezone() - timedelta(hours=self.settings.backup.hour)).date()
        now_ms = int(now.timestamp() * 1000)
        with store.write() as tx:
            jobs.enqueue(tx, BACKUP, f"{BACKUP}:{night}", not_before_ms=now_ms)
            jobs.enqueue(tx, DRILL, f"{DRILL}:{night:%Y-%m}", not_before_ms=now_ms)

    def back_up(self, store: HouseholdStore) -> None:
        """Make a backup and, where there is a second folder, copy it there. Raises a BoxError."""
        settings, now = self.settings, self.now()
        try:
            made = backup.make(settings.data_path, settings.backups_path, self.unlock, now)
        except BoxError as error:
            backups.note(store, "backup", now, problem=f"{error.message} {error.hint}")
            raise
        backups.note(store, "backup", now, name=made.path.name, problem=_left_out(made))
        self._copy(store, made, now)

    def rehearse(self, store: HouseholdStore) -> None:
        """Bring the newest backup of each folder back, in a throw-away one. Raises a BoxError."""
        settings, now = self.settings, self.now()
        scratch = settings.data_path / "drill.part"
        newest = backup.every(settings.backups_path)[-1:]
        if settings.second_backups_path:
            newest += backup.every(settings.second_backups_path)[-1:]
        try:
            if not newest:
                raise BackupMissing
            for path in newest:
                restoring.rehearse(path, scratch, self.unlock)
        except BoxError as error:
            problem = f"A backup could not be brought back. {error.message} {error.hint}"
            backups.note(store, "drill", now, problem=problem)
            raise
        backups.note(store, "drill", now, name=newest[0].name)

    def forget(self, member: UUID) -> None:
        """Take a member who was erased out of every backup. Raises BackupFolderMissing until then."""
        settings = self.settings
        second = settings.second_backups_path
        for folder in (settings.backups_path, second):
            if folder is not None:
                backup.forget(settings.data_path, folder, member)
        if second is not None and not second.is_dir():
            raise BackupFolderMissing

    def _copy(self, store: HouseholdStore, made: Backup, now: datetime) -> None:
        second = self.settings.second_backups_path
        if second is None:
            return
        try:
            backup.copy(made, second)
        except BoxError as error:
            # Told and left: trying again brings no disk back, and the next night copies anyway.
            problem = f"{error.message} {error.hint}"
            backups.note(store, "second", now, name=made.path.name, problem=problem)
        else:
            backups.note(store, "second", now, name=made.path.name)
            # A disk that was away for weeks may still hold somebody who was erased since.
            jobs.revive(store, ERASE)


def _left_out(made: Backup) -> str | None:
    left = len(made.manifest.damaged)
    if not left:
        return None
    return f"The backup is without the damaged databases of {left} members. Restore these first."
