"""Reads what members wrote for themselves once it is kept, and lays what it heard beside it.

Entries, letters, check-ins and goals; the words of recordings will come as such. A verdict is a record
of the member's own: encrypted with the rest, on their own phones alone, and erased with what it is
about. Nothing of it is logged or counted. Nobody's writing waits for this: it begins after the commit
and goes on where it stopped, since what was read is noted in the store.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import structlog

from futureself_box.errors import BoxError
from futureself_box.futureself.care.meaning import Verdict
from futureself_box.futureself.care.watch import Watch
from futureself_box.records import clock as clocks
from futureself_box.records import kinds, listing, revisions, writing
from futureself_box.records.kinds import Care, CheckIn, Entry, Letter
from futureself_box.records.revisions import Revision
from futureself_box.records.writing import Author
from futureself_box.store.database import Connection
from futureself_box.store.vault import MemberStore

KIND = "care"
_READ = ("entry", "letter", "check_in", "goal")
_PAUSE_S = 1.0
_PAUSE_AFTER_TROUBLE_S = 30.0
_AT_ONCE = 32
# What was written longer ago comes from another journal or a copy; words beside it would come too late.
_RECENT_MS = 7 * 86_400_000

log = structlog.get_logger()


class Hearing:
    """Reads for all members whose stores are open. `run` is its life; `tell` pokes a member's phones."""

    def __init__(
        self,
        stores: Callable[[], list[MemberStore]],
        watch: Watch,
        *,
        is_child: Callable[[UUID], bool],
        tell: Callable[[MemberStore], Awaitable[None]],
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._stores = stores
        self._watch = watch
        self._is_child = is_child
        self._tell = tell
        self._now_ms = now_ms
        self._left: set[UUID] = set()
        self._at_work = asyncio.Lock()

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            pauses = [await self._settle(store) for store in self._stores()]
            await asyncio.sleep(max(pauses, default=_PAUSE_S))

    async def forget(self, member: UUID) -> None:
        """Let go of a member for good; when it returns, nothing here uses their store."""
        self._left.add(member)
        async with self._at_work:
            pass

    async def _settle(self, store: MemberStore) -> float:
        """Read until nothing is left; how long to wait then."""
        try:
            while await self.look(store):
                continue
        except BoxError as error:
            log.info("care_waits", member=str(store.member), code=error.code)
        except Exception:  # The edge of a member: what is wrong with one must not stop others.
            log.exception("care_broke", member=str(store.member))
        else:
            return _PAUSE_S
        return _PAUSE_AFTER_TROUBLE_S

    async def look(self, store: MemberStore) -> bool:
        """Read some of what is new in a store; whether there may be more."""
        async with self._at_work:
            if store.member in self._left:
                return False
            news, place = await asyncio.to_thread(_unread, store)
            heard = [await self._hear(store, revision) for revision in news]
            if place is not None:
                await asyncio.to_thread(_go_on, store, place)
            if any(heard):
                await self._tell(store)
            return len(news) == _AT_ONCE

    async def _hear(self, store: MemberStore, revision: Revision) -> bool:
        """Read one version; whether anything was changed by that."""
        author = Author("box", self._now_ms())
        let_go = await asyncio.to_thread(_let_go, store, revision.record, author)
        text = _words(revision, author.now_ms)
        if not text:
            return let_go
        child = await asyncio.to_thread(self._is_child, store.member)
        verdict = await self._watch.assess(
            text, audience="child" if child else "adult", channel="journal"
        )
        return await asyncio.to_thread(_keep, store, revision, verdict, author) or let_go


def _unread(store: MemberStore) -> tuple[list[Revision], int | None]:
    """The oldest versions that nobody has read, and how far that goes; None where nothing is new."""
    with store.read() as connection:
        row = connection.execute(
            "SELECT care_place.sequence, (SELECT max(sequence) FROM revision) AS newest FROM care_place"
        ).fetchone()
        if row["newest"] is None or row["newest"] <= row["sequence"]:
            return [], None
        rows = connection.execute(
            """
            SELECT * FROM revision
            WHERE sequence > :place AND kind IN (SELECT value FROM json_each(:kinds))
            ORDER BY sequence LIMIT :most
            """,
            {
                "place": row["sequence"],
                "kinds": msgspec.json.encode(_READ).decode(),
                "most": _AT_ONCE,
            },
        ).fetchall()
    found = [revisions.read_row(one) for one in rows]
    return found, found[-1].sequence if len(found) == _AT_ONCE else int(row["newest"])


def _go_on(store: MemberStore, place: int) -> None:
    with store.write() as tx:
        tx.execute("UPDATE care_place SET sequence = ?", (place,))


def _words(revision: Revision, now_ms: int) -> str:
    """What to read of a version: nothing where it is old, or not the member's."""
    fields = None if revision.body is None else kinds.decode(revision.kind, revision.body)
    match fields:
        case None | Letter(by="future_self"):
            return ""
        case Entry() | Letter() | CheckIn():
            written_ms = round(fields.written_at.timestamp() * 1000)
        case _:
            written_ms = clocks.milliseconds(revision.clock)
    return listing.words_of(fields).strip() if now_ms - written_ms < _RECENT_MS else ""


def _keep(store: MemberStore, revision: Revision, verdict: Verdict, author: Author) -> bool:
    """Lay a verdict beside the version that it is about, unless as much was heard before."""
    with store.read() as connection:
        head = revisions.head(connection, revision.record)
        known = [one.tier for _, one in _beside(connection, revision.record)]
    if head is None or head.rev_id != revision.rev_id or verdict.tier <= max(known, default=0):
        return False
    heard = Care(
        record=revision.record,
        revision=revision.rev_id,
        tier=verdict.tier,
        topic=verdict.topic or "distress",
        at=datetime.fromtimestamp(author.now_ms / 1000, UTC),
    )
    writing.create(store, KIND, msgspec.json.encode(heard).decode(), author)
    return True


def _let_go(store: MemberStore, record: UUID, author: Author) -> bool:
    """Erase what was heard in versions that the record no longer shows; whether there was any."""
    with store.read() as connection:
        head = revisions.head(connection, record)
        shown = head.rev_id if head is not None and head.op == "put" else None
        stale = [own for own, one in _beside(connection, record) if one.revision != shown]
    for own in stale:
        writing.purge(store, own, author)
    return bool(stale)


def _beside(connection: Connection, record: UUID) -> list[tuple[UUID, Care]]:
    """Every verdict that lies beside a record, with its own id."""
    rows = connection.execute(
        """
        SELECT head.record, revision.body FROM head JOIN revision USING (rev_id)
        WHERE head.kind = :kind AND head.op = 'put' AND revision.body ->> '$.record' = :record
        """,
        {"kind": KIND, "record": str(record)},
    ).fetchall()
    return [(UUID(row["record"]), msgspec.json.decode(row["body"], type=Care)) for row in rows]
