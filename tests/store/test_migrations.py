"""Databases come to this release's form, or are left alone."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database as SqliteUtils
from sqlite_utils import Migrations

from futureself_box.errors import StoreTooNew
from futureself_box.store.database import Database
from futureself_box.store.migrations import FORMAT, copy_path, migrate

KEY = bytes(32)


def create_notes(db: SqliteUtils) -> None:
    db.execute("CREATE TABLE note (text TEXT) STRICT")


def add_mood(db: SqliteUtils) -> None:
    db.execute("ALTER TABLE note ADD COLUMN mood TEXT")


def break_halfway(db: SqliteUtils) -> None:
    db.execute("DELETE FROM note")
    raise RuntimeError


def release(*steps: Callable[[SqliteUtils], None]) -> Migrations:
    migrations = Migrations("notes")
    for step in steps:
        migrations()(step)
    return migrations


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "notes.db", KEY)
    yield opened
    opened.close()


def columns(database: Database) -> list[str]:
    with database.read() as connection:
        return [row["name"] for row in connection.execute("PRAGMA table_info(note)")]


def insert(database: Database) -> None:
    with database.write() as tx:
        tx.execute("INSERT INTO note (text) VALUES ('kept')")


def test_a_new_file_gets_every_table_and_no_copy(database: Database) -> None:
    assert migrate(database, release(create_notes, add_mood)) == ["create_notes", "add_mood"]
    assert columns(database) == ["text", "mood"]
    assert not copy_path(database.path).exists()


def test_a_migration_runs_once(database: Database) -> None:
    migrate(database, release(create_notes))
    assert migrate(database, release(create_notes)) == []


def test_a_copy_of_the_old_form_is_made_before_migrating(database: Database) -> None:
    migrate(database, release(create_notes))
    insert(database)
    migrate(database, release(create_notes, add_mood))
    copy = Database(copy_path(database.path), KEY)
    assert columns(copy) == ["text"]
    with copy.read() as connection:
        assert [row["text"] for row in connection.execute("SELECT text FROM note")] == ["kept"]
    copy.close()


def test_a_migration_that_breaks_changes_nothing(database: Database) -> None:
    migrate(database, release(create_notes))
    insert(database)
    with pytest.raises(RuntimeError):
        migrate(database, release(create_notes, break_halfway))
    with database.read() as connection:
        assert [row["text"] for row in connection.execute("SELECT text FROM note")] == ["kept"]


def test_the_release_before_still_opens_what_the_next_has_added(database: Database) -> None:
    migrate(database, release(create_notes, add_mood))
    assert migrate(database, release(create_notes)) == []
    insert(database)


def test_a_newer_format_is_refused_and_untouched(database: Database) -> None:
    with database.maintain() as connection:
        connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
    with pytest.raises(StoreTooNew):
        migrate(database, release(create_notes))
    assert columns(database) == []
