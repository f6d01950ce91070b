"""Leaves one of what says the same: a record's best passage, and one of entries that repeat another."""

from collections.abc import Iterable, Iterator

import msgspec

from futureself_box.futureself.recall import index, words
from futureself_box.futureself.recall.ranking import Ranked
from futureself_box.futureself.recall.search import Candidate
from futureself_box.store.database import Connection

_ALIKE = 0.9  # of the words of both together


class Told(msgspec.Struct, frozen=True):
    """A candidate with its words."""

    candidate: Candidate
    text: str


def fold(connection: Connection, ranked: Iterable[Ranked], most: int) -> list[Told]:
    """The best `most`, each of another record and saying something else."""
    kept: list[Told] = []
    seen: list[frozenset[str]] = []
    for candidate in _of_other_records(ranked):
        text = _text(connection, candidate)
        stems = frozenset(words.stems(text))
        if text and not any(_alike(stems, other) for other in seen):
            kept.append(Told(candidate, text))
            seen.append(stems)
        if len(kept) == most:
            break
    return kept


def _of_other_records(ranked: Iterable[Ranked]) -> Iterator[Candidate]:
    records: set[str] = set()
    for one in ranked:
        if one.candidate.record not in records:
            records.add(one.candidate.record)
            yield one.candidate


def _alike(first: frozenset[str], second: frozenset[str]) -> bool:
    return len(first & second) >= _ALIKE * len(first | second)


def _text(connection: Connection, candidate: Candidate) -> str:
    row = connection.execute(
        """
        SELECT memory.first, memory.last, head.kind AS record_kind, head.clock, revision.body
        FROM memory JOIN head USING (record) JOIN revision ON revision.rev_id = head.rev_id
        WHERE memory.id = ?
        """,
        (candidate.id,),
    ).fetchone()
    return "" if row is None else index.text_of(row)
