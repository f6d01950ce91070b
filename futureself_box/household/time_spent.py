"""How long a member was here, by week, and what to remind of meanwhile: minutes, never words.

It lies in the member's own database. A sign of life adds the time since the one before, five minutes
at most; after half an hour without one a new sitting begins. Reminders go by the clock on the wall,
since a talk with long pauses is a talk all the same.
"""

from datetime import date, datetime, timedelta
from typing import Literal, TypeAlias

import msgspec

from futureself_box.store.database import Connection
from futureself_box.store.vault import MemberStore

Reminder: TypeAlias = Literal["program", "break", "people", "check_in"]

PAUSE_MS = 30 * 60_000
MOST_OF_A_GAP_MS = 5 * 60_000
LONG_MS = 60 * 60_000
EVERY_MS = 3 * 60 * 60_000
EVERY_FOR_CHILDREN_MS = 60 * 60_000
_KEPT = timedelta(weeks=8)


class Sitting(msgspec.Struct, frozen=True):
    """One stay without a long pause, in milliseconds since 1970.

    `told_ms` is when the member was last told that this is a program, 0 for not yet; `suggested`:
    whether people were suggested.
    """

    began_ms: int
    seen_ms: int
    told_ms: int = 0
    suggested: bool = False


class Spent(msgspec.Struct, frozen=True):
    """Minutes of the week that began on Monday, and of the one before."""

    this_week: int
    last_week: int


def go_on(before: Sitting | None, now_ms: int) -> tuple[Sitting, int]:
    """The sitting after a sign of life, and the milliseconds that it adds; a clock set back adds none."""
    if before is None or abs(now_ms - before.seen_ms) >= PAUSE_MS:
        return Sitting(now_ms, now_ms), 0
    added = min(max(now_ms - before.seen_ms, 0), MOST_OF_A_GAP_MS)
    return msgspec.structs.replace(before, seen_ms=now_ms), added


def remind(sitting: Sitting, *, child: bool) -> tuple[Sitting, tuple[Reminder, ...]]:
    """What to say now that the member talks, and the sitting in which that is said.

    At the start and every three hours, that this is a program; to a child every hour, with a break;
    after an hour, of people.
    """
    now_ms, found = sitting.seen_ms, list[Reminder]()
    every = EVERY_FOR_CHILDREN_MS if child else EVERY_MS
    if not sitting.told_ms or now_ms - sitting.told_ms >= every:
        found.append("program")
        found += ["break"] if child and sitting.told_ms else []
        sitting = msgspec.structs.replace(sitting, told_ms=now_ms)
    if not sitting.suggested and now_ms - sitting.began_ms >= LONG_MS:
        found.append("people")
        sitting = msgspec.structs.replace(sitting, suggested=True)
    return sitting, tuple(found)


def note(store: MemberStore, *, now: datetime, talks: bool, child: bool) -> tuple[Reminder, ...]:
    """Note a sign of life; where the member `talks`, what to remind them of.

    `now` is in the household's zone.
    """
    with store.write() as tx:
        sitting, added_ms = go_on(_sitting(tx), round(now.timestamp() * 1000))
        sitting, due = remind(sitting, child=child) if talks else (sitting, ())
        tx.execute(
            """
            INSERT OR REPLACE INTO sitting (only, began_ms, seen_ms, told_ms, suggested)
            VALUES (1, :began_ms, :seen_ms, :told_ms, :suggested)
            """,
            msgspec.structs.asdict(sitting),
        )
        tx.execute(
            """
            INSERT INTO time_spent (week, milliseconds) VALUES (:week, :added)
            ON CONFLICT (week) DO UPDATE SET milliseconds = milliseconds + :added
            """,
            {"week": monday(now.date()).isoformat(), "added": added_ms},
        )
        tx.execute(
            "DELETE FROM time_spent WHERE week < :oldest",
            {"oldest": (monday(now.date()) - _KEPT).isoformat()},
        )
    return due


def spent(store: MemberStore, *, now: datetime) -> Spent:
    """How long the member was here. `now` is in the household's zone."""
    this = monday(now.date())
    with store.read() as connection:
        rows = connection.execute("SELECT week, milliseconds FROM time_spent").fetchall()
    minutes = {row["week"]: row["milliseconds"] // 60_000 for row in rows}
    before = this - timedelta(weeks=1)
    return Spent(minutes.get(this.isoformat(), 0), minutes.get(before.isoformat(), 0))


def monday(day: date) -> date:
    """The first day of a week.

    >>> monday(date(2026, 11, 25)).isoformat()
    '2026-11-23'
    """
    return day - timedelta(days=day.weekday())


def _sitting(tx: Connection) -> Sitting | None:
    row = tx.execute("SELECT began_ms, seen_ms, told_ms, suggested FROM sitting").fetchone()
    return None if row is None else Sitting(**(dict(row) | {"suggested": bool(row["suggested"])}))
