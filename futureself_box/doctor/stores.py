"""Examines keys and databases: whether each opens and is whole.

A member's database is opened and its pages are read; nothing in it is looked at. What is wrong is said
by the file's name, never by whose it is.
"""

from collections.abc import Iterator
from contextlib import closing

from futureself_box.doctor.findings import Finding, Patient, notice, of_error, well, wrong
from futureself_box.errors import BoxError, StoreDamaged
from futureself_box.store import data_folder, database, keys
from futureself_box.store.database import Database
from futureself_box.store.migrations import FORMAT

_RESTORE = "Bring it back from a backup: futureself-box restore"


def databases(patient: Patient) -> Iterator[Finding]:
    """Whether every store has its key and is whole."""
    if not patient.box_key:
        return
    data, sound = patient.settings.data_path, 0
    for name in data_folder.stores(data):
        try:
            _check(patient, name)
        except StoreDamaged as error:
            yield wrong("databases", error.message, _RESTORE)
        except BoxError as error:
            yield of_error("databases", error)
        else:
            sound += 1
    if orphans := [
        f for f in (data / "members").glob("*.db") if not f.with_suffix(".keys").exists()
    ]:
        said = f"The key file of {orphans[0].name} is missing, so it can't be opened."
        yield wrong("databases", said, _RESTORE)
    if sound:
        yield well("databases", f"{sound} databases open and are whole.")


def sheet(patient: Patient) -> Iterator[Finding]:
    """Whether there is paper that opens everything when the box is lost."""
    if patient.household is None:
        return
    with patient.household.read() as connection:
        row = connection.execute("SELECT proven_at FROM sheet").fetchone()
    if row is None:
        said = "There is no recovery sheet. If this machine breaks, its backups can't be opened."
        yield notice("recovery sheet", said, "Under Me, print one and type one line of it.")
    else:
        yield well("recovery sheet", "The recovery sheet was proven.")


def _check(patient: Patient, name: str) -> None:
    data = patient.settings.data_path
    key = keys.open_key(data / f"{name}.keys", data_folder.BOX, patient.box_key)
    path = data / f"{name}.db"
    if not path.exists():
        raise StoreDamaged(f"The database {path.name} is missing.")
    with closing(Database(path, keys.derive(key, "database"))) as store, store.read() as reader:
        found = reader.execute("PRAGMA user_version").fetchone()["user_version"]
        if found > FORMAT:
            raise BoxError(
                f"{path.name} was written by a newer release.", hint="Install that release again."
            )
        database.check(reader, path)
