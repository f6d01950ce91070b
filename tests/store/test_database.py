"""One encrypted file: what is committed stays, what is not leaves no trace."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from futureself_box.errors import DiskFull, StoreDamaged
from futureself_box.store.database import Database

KEY = bytes(range(32))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "notes.db", KEY)
    with opened.write() as tx:
        tx.execute("CREATE TABLE note (text TEXT) STRICT")
    yield opened
    opened.close()


def texts(database: Database) -> list[str]:
    with database.read() as connection:
        return [row["text"] for row in connection.execute("SELECT text FROM note ORDER BY rowid")]


def add(database: Database, text: str) -> None:
    with database.write() as tx:
        tx.execute("INSERT INTO note VALUES (:text)", {"text": text})


def test_a_commit_is_read_back(database: Database) -> None:
    add(database, "hello")
    assert texts(database) == ["hello"]


def test_an_error_inside_a_transaction_undoes_all_of_it(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as tx:
        tx.execute("INSERT INTO note VALUES ('half')")
        _ = 1 // 0
    add(database, "whole")
    assert texts(database) == ["whole"]


def test_a_reader_sees_one_moment_while_others_write(database: Database) -> None:
    add(database, "before")
    with database.read() as connection:
        first = connection.execute("SELECT count(*) AS n FROM note").fetchone()["n"]
        add(database, "after")
        assert connection.execute("SELECT count(*) AS n FROM note").fetchone()["n"] == first
    assert texts(database) == ["before", "after"]


def test_writers_of_many_threads_wait_for_each_other(database: Database) -> None:
    threads = [threading.Thread(target=add, args=(database, str(n))) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(texts(database), key=int) == [str(n) for n in range(16)]


def test_a_wrong_key_is_refused_with_a_sentence(database: Database) -> None:
    with pytest.raises(StoreDamaged, match=r"notes\.db"):
        Database(database.path, bytes(32))


def test_words_are_in_no_file_as_they_are(database: Database) -> None:
    add(database, "canary-7f3a")
    files = [path for path in database.path.parent.iterdir() if path.is_file()]
    assert {path.name for path in files} >= {"notes.db", "notes.db-wal"}
    assert not any(b"canary-7f3a" in path.read_bytes() for path in files)


@pytest.mark.parametrize("place", ["start", "middle", "end"])
def test_a_flipped_bit_is_found_and_named(tmp_path: Path, place: str) -> None:
    path = tmp_path / "notes.db"
    made = Database(path, KEY)
    with made.write() as tx:
        tx.execute("CREATE TABLE note (text TEXT) STRICT")
        tx.executemany("INSERT INTO note VALUES (?)", [("x" * 500,) for _ in range(200)])
    made.close()
    flip_a_bit(path, {"start": 20, "middle": path.stat().st_size // 2, "end": -600}[place])
    with pytest.raises(StoreDamaged, match=r"notes\.db"):
        check(path)


def test_what_was_written_since_the_last_check_is_no_damage(database: Database) -> None:
    with database.write() as tx:
        tx.execute("CREATE VIRTUAL TABLE word USING fts5 (text)")
    database.check()
    with database.write() as tx:
        tx.execute("INSERT INTO word VALUES ('sea')")
    database.check()


def check(path: Path) -> None:
    database = Database(path, KEY)
    try:
        database.check()
    finally:
        database.close()


def flip_a_bit(path: Path, offset: int) -> None:
    content = bytearray(path.read_bytes())
    content[offset] ^= 1
    path.write_bytes(content)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_says_so_and_loses_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], check=True)
    try:
        database = Database(disk / "notes.db", KEY)
        with database.write() as tx:
            tx.execute("CREATE TABLE note (text TEXT) STRICT")
        kept = fill(database)
        assert texts(database) == kept
        (disk / "ballast").unlink()
        add(database, "there is room again")
        assert texts(database) == [*kept, "there is room again"]
        database.check()
        database.close()
    finally:
        subprocess.run(["umount", disk], check=True)


def fill(database: Database) -> list[str]:
    (database.path.parent / "ballast").write_bytes(bytes(300_000))
    kept: list[str] = []
    with pytest.raises(DiskFull):
        while True:
            text = f"{len(kept)} " + "x" * 4000
            add(database, text)
            kept.append(text)
    return kept


WRITER = """
import sys
from pathlib import Path
from futureself_box.store.database import Database
database = Database(Path(sys.argv[1]), bytes(range(32)))
for number in range(100000):
    with database.write() as tx:
        tx.execute("INSERT INTO note VALUES (:text)", {"text": str(number)})
    print(number, flush=True)
"""


def test_every_acknowledged_commit_survives_a_killed_writer(database: Database) -> None:
    command = [sys.executable, "-c", WRITER, str(database.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        acknowledged = [writer.stdout.readline().strip() for _ in range(50)]
        writer.kill()
        acknowledged += writer.stdout.read().split()
    assert set(acknowledged) <= set(texts(database))
    database.check()
