"""What must hold of a member's database after any accident: whole pages, and projections that fit."""

from collections.abc import Iterator
from uuid import UUID

import msgspec

from futureself_box.records import kinds, listing, revisions
from futureself_box.records.revisions import Revision
from futureself_box.store.database import Connection
from futureself_box.store.vault import MemberStore


def check(store: MemberStore) -> dict[UUID, Revision]:
    """Read everything there is; every revision of it, by its id."""
    with store.maintain() as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert connection.execute("PRAGMA cipher_integrity_check").fetchall() == []
        found = connection.execute("PRAGMA integrity_check").fetchall()
        assert [tuple(row) for row in found] == [("ok",)]
        connection.execute("INSERT INTO search (search) VALUES ('integrity-check')")
    with store.read() as connection:
        known = {revision.rev_id: revision for revision in _every(connection)}
        shown = dict(connection.execute("SELECT record, rev_id FROM head").fetchall())
        assert shown == _heads(known)
        assert dict(_words(connection)) == {
            record: _words_of(known[UUID(rev_id)])
            for record, rev_id in shown.items()
            if known[UUID(rev_id)].op == "put"
        }
    return known


def _every(connection: Connection) -> Iterator[Revision]:
    for row in connection.execute("SELECT * FROM revision ORDER BY sequence").fetchall():
        yield revisions.read_row(row)


def _heads(known: dict[UUID, Revision]) -> dict[str, str]:
    gone = {rev_id for made in known.values() for rev_id in (made.parent, *made.settles)}

    def rank(one: Revision) -> tuple[object, ...]:
        leaf = one.rev_id not in gone
        return (one.op == "purge", leaf, one.op == "put", one.clock, one.device, str(one.rev_id))

    return {str(one.record): str(one.rev_id) for one in sorted(known.values(), key=rank)}


def _words(connection: Connection) -> Iterator[tuple[str, str]]:
    for row in connection.execute(
        """
        SELECT record, text FROM listing LEFT JOIN search ON search.rowid = listing.place
        WHERE op = 'put'
        """
    ).fetchall():
        yield row["record"], row["text"] or ""


def _words_of(revision: Revision) -> str:
    fields = kinds.decode(revision.kind, revision.body or "")
    assert isinstance(fields, msgspec.Struct)
    return listing.words_of(fields)
