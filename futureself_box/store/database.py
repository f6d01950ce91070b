"""One encrypted SQLite file: one writer, many readers, every commit on the disk.

The only file that touches sqlcipher3; its errors leave here as ours. A `Database` may be used from
any thread: writes wait for each other, reads run beside them on connections of their own.
What `write` has committed survives a killed process and a power cut (WAL, synchronous=FULL).
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NoReturn, TypeAlias

from sqlcipher3 import dbapi2

from futureself_box.errors import DiskFull, StoreBusy, StoreDamaged

Connection: TypeAlias = dbapi2.Connection
Row: TypeAlias = dbapi2.Row

_FULL = 13
_BUSY = (5, 6)
# IOERR, CORRUPT and NOTADB. The key was authenticated before, so a page that it doesn't open is bad.
_DAMAGED = (10, 11, 26)
_MAX_IDLE_READERS = 2
# Half of SQLite's own: indices of random ids fill it in every member's file (ten members who wrote 540
# entries each: 17 MB less), and a change among 15 000 revisions takes as long, 4.5 to 4.9 ms.
_WRITER_CACHE_KIB = 1000


class Database:
    """An open file. Raises StoreDamaged where it can't be read under this key."""

    def __init__(self, path: Path, key: bytes) -> None:
        self.path = path
        self._key = key
        self._lock = threading.Lock()
        self._idle_readers: list[Connection] = []
        self._at_close: set[Callable[[Database], None]] = set()
        self._writer = self._connect()
        self._writer.execute(f"PRAGMA cache_size = -{_WRITER_CACHE_KIB}")

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, immediate: all of it is committed at the end, or nothing.

        Raises DiskFull, StoreBusy or StoreDamaged, with everything rolled back.
        """
        with self._lock, translated(self.path):
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            finally:
                # SQLite has already rolled back by itself where the disk was full.
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")

    @contextmanager
    def maintain(self) -> Iterator[Connection]:
        """The writing connection, alone and outside of a transaction: for migrations and copies."""
        with self._lock, translated(self.path):
            yield self._writer

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A snapshot: everything read inside is of one moment."""
        with translated(self.path):
            reader = self._take_reader()
            try:
                reader.execute("BEGIN")
                yield reader
            finally:
                if reader.in_transaction:
                    reader.execute("ROLLBACK")
                self._give_reader(reader)

    def check(self) -> None:
        """Read every page and index. Raises StoreDamaged."""
        # On a connection of its own: one that has looked at a full-text index before takes what others
        # have written since for damage (SQLite 3.53.4).
        with translated(self.path), closing(self._connect()) as connection:
            check(connection, self.path)

    def copy_to(self, reader: Connection, target: Path) -> None:
        """Copy what `reader` sees into a new file under the same key, in one piece and unsynced.

        Raises DiskFull, leaving a part of it.
        """
        with translated(target), closing(dbapi2.connect(str(target), isolation_level=None)) as copy:
            copy.execute("PRAGMA cipher_log_level = NONE")
            copy.execute(f"PRAGMA key = \"x'{self._key.hex()}'\"")
            reader.backup(copy)
            # One file, and no log beside it.
            copy.execute("PRAGMA journal_mode = DELETE")

    def at_close(self, let_go: "Callable[[Database], None]") -> None:
        """Have something called, once, when this closes: whoever keeps what was read of it lets go."""
        self._at_close.add(let_go)

    def close(self) -> None:
        """Close every connection; the write-ahead log is folded into the file."""
        for let_go in self._at_close:
            let_go(self)
        with self._lock:
            for connection in (*self._idle_readers, self._writer):
                connection.close()
            self._idle_readers.clear()

    def _connect(self) -> Connection:
        with translated(self.path):
            # No implicit transactions (isolation_level): they begin and end where the code says so.
            connection = dbapi2.connect(
                str(self.path), isolation_level=None, check_same_thread=False
            )
            try:
                _prepare(connection, self._key)
            except BaseException:
                connection.close()
                raise
        return connection

    def _take_reader(self) -> Connection:
        with self._lock:
            if self._idle_readers:
                return self._idle_readers.pop()
        reader = self._connect()
        reader.execute("PRAGMA query_only = ON")
        return reader

    def _give_reader(self, reader: Connection) -> None:
        with self._lock:
            if len(self._idle_readers) < _MAX_IDLE_READERS:
                self._idle_readers.append(reader)
                return
        reader.close()


@contextmanager
def looked_into(path: Path, key: bytes) -> Iterator[Connection]:
    """A closed file, opened without changing it or its folder. Raises StoreDamaged."""
    with translated(path):
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        connection = dbapi2.connect(uri, uri=True, isolation_level=None)
        with closing(connection):
            connection.row_factory = dbapi2.Row
            connection.execute("PRAGMA cipher_log_level = NONE")
            connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            yield connection


def check(connection: Connection, path: Path) -> None:
    """Read every page and index of an open file. Raises StoreDamaged."""
    rows = connection.execute("PRAGMA quick_check(1)").fetchall()
    if [row["quick_check"] for row in rows] != ["ok"]:
        raise StoreDamaged(f"The database {path.name} is damaged.")


def rekey(path: Path, old: bytes, new: bytes) -> None:
    """Encrypt a file that nobody else has open under another key, in one transaction."""
    with translated(path), closing(dbapi2.connect(str(path), isolation_level=None)) as connection:
        _prepare(connection, old)
        connection.execute(f"PRAGMA rekey = \"x'{new.hex()}'\"")


def _prepare(connection: Connection, key: bytes) -> None:
    connection.row_factory = dbapi2.Row
    # SQLCipher prints its own complaints to stderr; ours carry a sentence.
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA busy_timeout = 5000")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA journal_size_limit = 67108864")
    connection.execute("SELECT count(*) FROM sqlite_schema")


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn the library's errors on the file at `path` into the box's."""
    try:
        yield
    except dbapi2.DatabaseError as error:
        _raise_as_ours(error, path)


def _raise_as_ours(error: Exception, path: Path) -> NoReturn:
    # Extended codes carry the primary code in the low byte (sqlite.org/rescode.html).
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    if code == _FULL:
        raise DiskFull from error
    if code in _BUSY:
        raise StoreBusy from error
    if code in _DAMAGED:
        raise StoreDamaged(f"The database {path.name} is damaged.") from error
    raise error
