"""Of the databases, their keys and their backups."""

from futureself_box.errors.family import BoxError, StartError


class DiskFull(BoxError):
    """A write found no room. The transaction was rolled back."""

    code = "disk_full"
    status = 507
    sentence = "The box's disk is full, so this was not saved."
    advice = "Free some space on the box, then send again."


class StoreBusy(BoxError):
    """Another process held the database for longer than a write may wait."""

    code = "store_busy"
    status = 503
    sentence = "The box's database is busy."
    advice = "Try again in a moment."


class StoreDamaged(BoxError):
    """A database file fails its check or can't be read."""

    code = "store_damaged"
    sentence = "A database of this box is damaged."
    advice = "Nothing was changed. Restore the file from a backup."


class StoreTooNew(StartError):
    """A newer release has written a database that this one can't read."""

    code = "store_too_new"
    sentence = "This database was written by a newer release of the box."
    advice = "Install the newer release again; nothing was changed."


class BoxKeyLost(StartError):
    """There are databases, but not the key that opens them."""

    code = "box_key_lost"
    sentence = "The box's key is missing, and without it the household's data can't be opened."
    advice = "Put box.key back into the configuration folder, then start again."


class KeyWrong(BoxError):
    """A key does not open what it should."""

    code = "key_wrong"
    sentence = "The key does not open this file."
    advice = "The key and the data belong to different boxes. Bring the right pair together."


class BackupDamaged(BoxError):
    """A backup is torn, was changed, or is not one."""

    code = "backup_damaged"
    sentence = "This backup is damaged or not complete."
    advice = "Nothing was changed. Use another backup."


class BackupMissing(BoxError):
    """There is no backup where one was looked for."""

    code = "backup_missing"
    status = 404
    sentence = "There is no backup yet."
    advice = "Make one with: futureself-box backup"


class BackupFolderMissing(BoxError):
    """The second folder for backups can't be used: its disk is most likely not plugged in."""

    code = "backup_folder_missing"
    status = 503
    sentence = "The second folder for backups is not there."
    advice = "Plug the disk in, or change backup.folder in the settings."


class BoxNotRunning(BoxError):
    """The worker needs the box process, which has the keys."""

    code = "box_not_running"
    status = 503
    sentence = "The box process doesn't answer."
    advice = "Start it with scripts/run."
