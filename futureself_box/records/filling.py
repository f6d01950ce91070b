"""A whole history, taken into an empty store: every revision first, what follows from them once at the end.

One at a time (`revisions.adopt`) each asks what is there and moves its record's head, its listing and its
words in the index: ten statements, where `add` needs one. Heads follow by the one order that there is
(`revisions.HEAD_FIRST`). Until `finish` was called the store shows nothing.
"""

from collections.abc import Iterable

from futureself_box.records import clock as clocks
from futureself_box.records import listing, revisions
from futureself_box.records.revisions import Change
from futureself_box.store.database import Connection
from futureself_box.store.vault import MemberStore


def add(tx: Connection, taken: Iterable[tuple[Change, str]]) -> None:
    """Put changes in, each with its device and the clock that it has for good.

    One that comes again may have got another clock since, and keeps that.
    """
    tx.executemany(
        f"{revisions.INSERT} ON CONFLICT (rev_id) DO UPDATE SET clock = excluded.clock",
        (
            revisions.row_of(change, device=device, stamp=change.clock or clocks.ZERO, erased=False)
            for change, device in taken
        ),
    )


def finish(store: MemberStore) -> None:
    """Erase what was erased, and show what every record shows."""
    with store.write() as tx:
        tx.execute(
            """
            UPDATE revision SET body = NULL
            WHERE record IN (SELECT record FROM revision WHERE op = 'purge')
            """
        )
        tx.execute(
            f"""
            INSERT INTO head (record, kind, rev_id, clock, device, op)
            SELECT record, kind, rev_id, clock, device, op FROM (
                SELECT record, kind, rev_id, clock, device, op,
                    row_number() OVER (PARTITION BY record ORDER BY {revisions.HEAD_FIRST}) AS place
                FROM revision
            ) WHERE place = 1
            """  # noqa: S608 (a constant)
        )
    listing.ensure(store)
