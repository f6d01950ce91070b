"""What erasing a record takes along: its words in the index, and attachments that no entry shows."""

from uuid import UUID

from futureself_box.records import attachments, listing, revisions
from futureself_box.records.revisions import Change
from futureself_box.store.database import Connection
from futureself_box.store.vault import MemberStore

_LINKS = """
    SELECT DISTINCT link.value ->> '$.id' AS id
    FROM revision, json_each(revision.body, '$.attachments') AS link
    WHERE revision.kind = 'entry' AND revision.body IS NOT NULL
"""


def at_stake(tx: Connection, change: Change) -> set[str]:
    """The attachments that nothing may show any more once this change is taken in; to be asked before.

    Those of a record that it erases, and its own where the record is erased already.
    """
    if change.op == "purge":
        return attached_to(tx, change.record)
    if change.kind != "entry" or change.body is None:
        return set()
    shown = revisions.head(tx, change.record)
    if shown is None or shown.op != "purge":
        return set()
    rows = tx.execute(
        "SELECT value ->> '$.id' AS id FROM json_each(:body, '$.attachments')",
        {"body": change.body},
    ).fetchall()
    return {row["id"] for row in rows}


def attached_to(connection: Connection, record: UUID) -> set[str]:
    """The attachments of a record in all its versions; to be asked before they are erased."""
    rows = connection.execute(f"{_LINKS} AND revision.record = ?", (str(record),)).fetchall()
    return {row["id"] for row in rows}


def named(store: MemberStore) -> set[str]:
    """The attachments that an entry names, in any of its versions."""
    with store.read() as connection:
        return {row["id"] for row in connection.execute(_LINKS).fetchall()}


def let_go(store: MemberStore, candidates: set[str]) -> None:
    """After an erasure: remove its words, and those attachments that no entry names any more."""
    listing.forget_words(store)
    if candidates:
        for attachment in candidates - named(store):
            attachments.remove(store, attachment)


def sweep(store: MemberStore, now_ms: int) -> None:
    """Remove what a killed process or an entry that never came has left behind."""
    listing.forget_words(store)
    attachments.forget_unused(store, named(store), now_ms=now_ms)
