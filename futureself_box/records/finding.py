"""Lists and finds records: by kind, day, tag, state and words, newest first, a page at a time.

All of it reads one member's store. A page goes on from a `place` (listing.py), so that it stays right
while others write.
"""

import re
from datetime import date
from uuid import UUID

import msgspec

from futureself_box.records import revisions
from futureself_box.records.revisions import Revision
from futureself_box.store.database import Connection, Row
from futureself_box.store.vault import MemberStore

_MOST_WORDS = 16
_SHORTEST_PREFIX = 2
_FIRST_PLACE = 2**63 - 1


class Filter(msgspec.Struct, frozen=True):
    """What to look for; None and empty take everything. `since` and `until` are days, inclusive."""

    kind: str | None = None
    since: date | None = None
    until: date | None = None
    tag: str | None = None
    text: str = ""
    state: str | None = None
    goal: UUID | None = None
    in_trash: bool = False


class Found(msgspec.Struct, frozen=True):
    """A record as it is shown. `others` are versions that crossed it.

    In the trash `revision` is the last version with words, and what restoring brings back.
    """

    place: int
    revision: Revision
    others: list[Revision]


class Page(msgspec.Struct, frozen=True):
    """Records, newest first; `after` is where the next page begins, None at the end."""

    found: list[Found]
    after: int | None


class DayMood(msgspec.Struct, frozen=True):
    """The mean mood of a day, 1 to 5, over `count` entries and check-ins."""

    day: date
    mood: float
    count: int


def page(store: MemberStore, wanted: Filter, *, after: int | None, limit: int) -> Page:
    """The newest `limit` records that match, before the place `after`."""
    query = matching(wanted.text)
    if wanted.text.strip() and not query:
        return Page([], None)
    conditions, values = _conditions(wanted, query)
    sql = f"""
        SELECT listing.record, listing.place FROM {_source(query, wanted.tag)}
        WHERE {" AND ".join(conditions)} ORDER BY {_order(query, wanted.tag)} DESC LIMIT :limit
    """  # noqa: S608 (pieces from this file; all values are bound)
    values |= {"after": _FIRST_PLACE if after is None else after, "limit": limit + 1}
    with store.read() as connection:
        rows = connection.execute(sql, values).fetchall()
        found = [_found(connection, row) for row in rows[:limit]]
    return Page(found, found[-1].place if len(rows) > limit else None)


def get(store: MemberStore, kind: str, record: UUID) -> Found | None:
    """One record that is not in the trash."""
    with store.read() as connection:
        row = connection.execute(
            """
            SELECT record, place FROM listing
            WHERE record = :record AND kind = :kind AND op = 'put'
            """,
            {"record": str(record), "kind": kind},
        ).fetchone()
        return None if row is None else _found(connection, row)


def on_this_day(store: MemberStore, today: date, *, limit: int = 100) -> list[Found]:
    """Journal entries of this day in earlier years, newest first.

    Days are those of the place where the entry was written. What was written on 29 February is
    remembered on the 28th in years without one.
    """
    days = [f"{today:%m-%d}"]
    if days == ["02-28"] and not _is_leap(today.year):
        days.append("02-29")
    with store.read() as connection:
        rows = [
            row
            for day in days
            for row in connection.execute(
                """
                SELECT record, place FROM listing INDEXED BY listing_day
                WHERE kind = 'entry' AND op = 'put' AND substr(day, 6) = :day AND day < :today
                ORDER BY day DESC, place DESC LIMIT :limit
                """,
                {"day": day, "today": f"{today:%Y}-01-01", "limit": limit},
            ).fetchall()
        ]
        newest = sorted(rows, key=lambda row: row["place"], reverse=True)[:limit]
        return [_found(connection, row) for row in newest]


def moods(store: MemberStore, since: date, until: date) -> list[DayMood]:
    """The mood of each day that has one, oldest first."""
    with store.read() as connection:
        rows = connection.execute(
            """
            SELECT day, avg(mood) AS mood, count(*) AS count FROM listing
            WHERE kind IN ('entry', 'check_in') AND op = 'put' AND mood IS NOT NULL
                AND day BETWEEN :since AND :until
            GROUP BY day ORDER BY day
            """,
            {"since": since.isoformat(), "until": until.isoformat()},
        ).fetchall()
    return [msgspec.convert(dict(row), DayMood) for row in rows]


def tags(store: MemberStore) -> list[str]:
    """Every tag in use, in order of the alphabet."""
    with store.read() as connection:
        rows = connection.execute("SELECT DISTINCT tag FROM tag ORDER BY tag").fetchall()
    return [row["tag"] for row in rows]


def matching(text: str) -> str:
    """What a person typed, as a query of FTS5: every word, the last also as a beginning.

    >>> matching('the sea, "again"')
    '"the" "sea" "again"*'
    """
    words = re.findall(r"\w+", text)[:_MOST_WORDS]
    quoted = [f'"{word}"' for word in words]
    if quoted and len(words[-1]) >= _SHORTEST_PREFIX and text[-1:].strip():
        quoted[-1] += "*"
    return " ".join(quoted)


def _source(query: str, tag: str | None) -> str:
    if query:
        return "search CROSS JOIN listing ON listing.place = search.rowid"
    if tag is not None:
        return "tag CROSS JOIN listing USING (place)"
    return "listing"


def _order(query: str, tag: str | None) -> str:
    # The index is walked from its newest end and left as soon as the page is full.
    if query:
        return "search.rowid"
    return "tag.place" if tag is not None else "listing.place"


def _conditions(wanted: Filter, query: str) -> tuple[list[str], dict[str, object]]:
    conditions = [
        f"{_order(query, wanted.tag)} < :after",
        "listing.op = :op",
    ]
    values: dict[str, object] = {"op": "del" if wanted.in_trash else "put"}
    if query:
        conditions.append("search MATCH :query")
        values["query"] = query
    if wanted.tag is not None:
        within = "tag.tag = :tag"
        among = "listing.place IN (SELECT place FROM tag WHERE tag = :tag)"
        conditions.append(among if query else within)
        values["tag"] = wanted.tag.casefold()
    for column, operator, value in (
        ("kind", "=", wanted.kind),
        ("day", ">=", wanted.since and wanted.since.isoformat()),
        ("day", "<=", wanted.until and wanted.until.isoformat()),
        ("state", "=", wanted.state),
        ("goal", "=", wanted.goal and str(wanted.goal)),
    ):
        if value is not None:
            name = f"{column}_{len(values)}"
            conditions.append(f"listing.{column} {operator} :{name}")
            values[name] = value
    return conditions, values


def _found(connection: Connection, row: Row) -> Found:
    record = UUID(row["record"])
    shown = revisions.head(connection, record)
    if shown is not None and shown.op == "del":
        shown = _last_words(connection, record) or shown
    if shown is None:
        raise LookupError(f"no head for {record}")
    others = revisions.crossed(connection, record)
    with_words = [other for other in others if other.op == "put" and other != shown]
    return Found(row["place"], shown, with_words)


def _last_words(connection: Connection, record: UUID) -> Revision | None:
    row = connection.execute(
        """
        SELECT * FROM revision WHERE record = :record AND op = 'put' AND body IS NOT NULL
        ORDER BY clock DESC, device DESC, rev_id DESC LIMIT 1
        """,
        {"record": str(record)},
    ).fetchone()
    return None if row is None else revisions.read_row(row)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
