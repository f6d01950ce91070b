"""Finds passages by their words: which of the question's telling words each holds, weighed by rarity."""

import math
from collections import defaultdict

import msgspec

from futureself_box.futureself.recall import spelling
from futureself_box.store.database import Connection

_MOST_READ = 20_000
"""Passages read for all words together; the commonest words of a question are left out above it."""
_MISSPELT = 0.8  # of a word's weight, where only one like it was found


class Word(msgspec.Struct, frozen=True):
    """A telling word of a question: how rare it is, and the passages that hold it."""

    stem: str
    rarity: float
    """Inverse document frequency, 0 (in every passage) and up."""
    known: bool
    """The member has written it, or one spelt like it."""
    passages: dict[int, float]
    """Ids, each with 1.0 or less where the spelling was forgiven."""


def look_up(connection: Connection, stems: tuple[str, ...]) -> list[Word]:
    """The question's words, the rarest first."""
    count = _passages(connection)
    spelt = {stem: _spelt(connection, stem) for stem in stems}
    words, left = [], _MOST_READ
    for stem in sorted(stems, key=lambda stem: sum(found for _, found in spelt[stem])):
        frequency = sum(found for _, found in spelt[stem])
        rarity = math.log((count + 1) / (frequency + 0.5))
        held: dict[int, float] = {}
        if frequency <= left:
            left -= frequency
            for term, _ in spelt[stem]:
                share = 1.0 if term == stem else _MISSPELT
                held |= dict.fromkeys(_holding(connection, term), share)
        words.append(Word(stem, max(rarity, 0.1), bool(spelt[stem]), held))
    return words


def coverage(found: list[Word]) -> dict[int, float]:
    """For each passage that holds any of the words, the share of their rarity that it holds."""
    total = sum(word.rarity for word in found) or 1.0
    sums: defaultdict[int, float] = defaultdict(float)
    for word in found:
        for passage, share in word.passages.items():
            sums[passage] += word.rarity * share / total
    return sums


def _spelt(connection: Connection, stem: str) -> list[tuple[str, int]]:
    """The stem, or else those like it, with the number of passages that hold each."""
    if (found := _frequency(connection, stem)) > 0:
        return [(stem, found)]
    return [(term, _frequency(connection, term)) for term in spelling.alike(connection, stem)]


def _frequency(connection: Connection, stem: str) -> int:
    row = connection.execute("SELECT doc FROM memory_vocabulary WHERE term = ?", (stem,)).fetchone()
    return row["doc"] if row else 0


def _holding(connection: Connection, stem: str) -> list[int]:
    rows = connection.execute(
        "SELECT rowid FROM memory_words WHERE memory_words MATCH ?", (f'"{stem}"',)
    ).fetchall()
    return [row["rowid"] for row in rows]


def _passages(connection: Connection) -> int:
    # max(id) instead of a count, which would read the whole table; few of its numbers are free.
    row = connection.execute("SELECT max(id) AS last FROM memory").fetchone()
    return row["last"] or 0
