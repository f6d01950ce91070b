"""Gathers what may answer a question: near in meaning, alike in words, or of the time asked about."""

from collections.abc import Collection
from datetime import date

import msgspec
import numpy as np
import numpy.typing as npt

from futureself_box.futureself.recall import lexicon
from futureself_box.futureself.recall.lexicon import Word
from futureself_box.futureself.recall.passages import REPLY
from futureself_box.futureself.recall.question import Question
from futureself_box.futureself.recall.spans import Window
from futureself_box.futureself.recall.vectors import Vectors
from futureself_box.store.database import Connection

_NEAREST = 80
_COVERED = 60
_OF_A_WINDOW = 60

Floats = npt.NDArray[np.float32]


class Candidate(msgspec.Struct, frozen=True):
    """A passage that may answer. `nearness` is in standard deviations above the journal's mean."""

    id: int
    record: str
    kind: str
    day: date
    weight: float
    nearness: float
    coverage: float
    has_vector: bool


class Pool(msgspec.Struct, frozen=True):
    """All that was gathered, and the question's words as the member has used them."""

    candidates: list[Candidate]
    words: list[Word]
    foreign: bool
    """The question is in a language that the member does not write."""
    by_meaning: bool
    """Whether vectors took part."""
    size: int
    """Passages that have a vector."""
    gone: int
    """Passages whose vector is in memory, and that are not in the store any more."""


def gather(
    connection: Connection,
    question: Question,
    vectors: Vectors | None,
    asked: Floats | None,
    *,
    also: str | None = None,
) -> Pool:
    """Everything worth ranking, and the passages of the record `also`."""
    words = lexicon.look_up(connection, question.stems)
    covered = lexicon.coverage(words)
    ids = set(sorted(covered, key=covered.__getitem__, reverse=True)[:_COVERED])
    near = _Nearness(vectors, asked, replies=question.to_the_other)
    ids |= near.first(_NEAREST)
    for window in question.times.windows:
        ids |= near.first(_OF_A_WINDOW, window) | _inside(connection, window, covered)
    of_record = connection.execute("SELECT id FROM memory WHERE record = ?", (also,)).fetchall()
    ids |= {row["id"] for row in of_record}
    rows = connection.execute(
        "SELECT id, record, kind, day, weight FROM memory WHERE id IN (SELECT value FROM json_each(?))",
        (msgspec.json.encode(sorted(ids)).decode(),),
    ).fetchall()
    candidates = [
        Candidate(
            id=row["id"],
            record=row["record"],
            kind=row["kind"],
            day=date.fromisoformat(row["day"]),
            weight=row["weight"],
            nearness=near.of(row["id"]),
            coverage=covered.get(row["id"], 0.0),
            has_vector=near.place(row["id"]) is not None,
        )
        for row in rows
        if (row["kind"] == REPLY) == question.to_the_other
    ]
    size = 0 if vectors is None else len(vectors.ids)
    foreign = lexicon.is_foreign(connection, question.text)
    return Pool(candidates, words, foreign, near.known, size, len(ids) - len(rows))


class _Nearness:
    """How near all passages are to the question, as far as they have vectors."""

    def __init__(self, vectors: Vectors | None, asked: Floats | None, *, replies: bool) -> None:
        self._vectors = vectors
        self.known = vectors is not None and asked is not None and bool(len(vectors.ids))
        if vectors is None or asked is None or not self.known:
            return
        values = vectors.nearness(asked)
        wanted = vectors.replies == replies
        spread = float(values[wanted].std()) if wanted.any() else 0.0
        mean = float(values[wanted].mean()) if wanted.any() else 0.0
        self._values = (values - mean) / max(spread, 1e-3)
        self._values[~wanted] = -np.inf

    def first(self, count: int, window: Window | None = None) -> set[int]:
        """The nearest, of all or of a window of days."""
        if not self.known or self._vectors is None:
            return set()
        values = self._values
        if window is not None:
            days = self._vectors.days
            inside = (days >= window.since.toordinal()) & (days <= window.until.toordinal())
            values = np.where(inside, values, -np.inf)
        count = min(count, len(values))
        places = np.argpartition(values, len(values) - count)[len(values) - count :]
        return {int(self._vectors.ids[place]) for place in places if np.isfinite(values[place])}

    def of(self, passage: int) -> float:
        """One passage's; as the mean where it has no vector yet."""
        place = self.place(passage)
        return 0.0 if place is None else float(self._values[place])

    def place(self, passage: int) -> int | None:
        """Where its vector is; None where it has none yet."""
        if not self.known or self._vectors is None:
            return None
        place = int(np.searchsorted(self._vectors.ids, passage))
        there = place < len(self._vectors.ids) and self._vectors.ids[place] == passage
        return place if there else None


def _inside(connection: Connection, window: Window, covered: Collection[int]) -> set[int]:
    """Passages of a window that hold a word of the question, or have no vector by which to be found."""
    rows = connection.execute(
        """
        SELECT id FROM memory WHERE day BETWEEN :since AND :until
            AND id IN (SELECT value FROM json_each(:covered)) LIMIT :most
        """,
        {
            "since": window.since.isoformat(),
            "until": window.until.isoformat(),
            "covered": msgspec.json.encode(sorted(covered)).decode(),
            "most": _OF_A_WINDOW,
        },
    ).fetchall()
    unread = connection.execute(
        """
        SELECT id FROM memory INDEXED BY memory_unread
        WHERE vector IS NULL AND day BETWEEN :since AND :until LIMIT :most
        """,
        {
            "since": window.since.isoformat(),
            "until": window.until.isoformat(),
            "most": _OF_A_WINDOW,
        },
    ).fetchall()
    return {row["id"] for row in (*rows, *unread)}
