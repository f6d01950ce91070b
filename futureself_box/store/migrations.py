"""Brings a database to this release's form, or refuses it.

A migration only adds within a release line, so that the release before can still read the file.
`PRAGMA user_version` holds the format: the oldest form of code that can read the file. Code refuses
a higher format than its own and runs, after a copy of the file, the migrations that are pending.
"""

from pathlib import Path

from sqlite_utils import Database as SqliteUtils
from sqlite_utils import Migrations

from futureself_box.errors import StoreTooNew
from futureself_box.store.database import Connection, Database
from futureself_box.store.files import sync_file

FORMAT = 1


def migrate(database: Database, migrations: Migrations) -> list[str]:
    """Apply what is pending and return its names.

    Raises StoreTooNew where the file needs newer code, DiskFull where the copy does not fit.
    """
    with database.maintain() as connection:
        _refuse_newer(database.path, connection)
        wrapped = SqliteUtils(connection)
        pending = [migration.name for migration in migrations.pending(wrapped)]
        if pending:
            if migrations.applied(wrapped):
                _copy(connection, copy_path(database.path))
            migrations.apply(wrapped)
            connection.execute(f"PRAGMA user_version = {FORMAT}")
    return pending


def copy_path(path: Path) -> Path:
    """Where the copy made before the newest migration lies. It has the file's own key."""
    return path.with_name(f"{path.name}.before-migration")


def _refuse_newer(path: Path, connection: Connection) -> None:
    found = connection.execute("PRAGMA user_version").fetchone()["user_version"]
    if found > FORMAT:
        raise StoreTooNew(f"{path.name} has format {found}, and this release reads up to {FORMAT}.")


def _copy(connection: Connection, target: Path) -> None:
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    connection.execute("VACUUM INTO :path", {"path": str(part)})
    sync_file(part)
    part.replace(target)
    sync_file(target.parent)
