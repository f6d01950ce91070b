"""Forgives spelling: a word that the member never wrote stands for those that look like it.

The member's own words are the dictionary, so that names are mended too. Accents are gone by now.
"""

from collections.abc import Iterable

from futureself_box.futureself.recall.stopwords import STOPWORDS
from futureself_box.store.database import Connection

_SHORTEST = 4
_SHORTEST_PART = 5
_MOST = 4
_FULL_SCAN = 30_000


def alike(connection: Connection, stem: str) -> list[str]:
    """Stems in the member's vocabulary that may be this one misspelt, the likeliest first."""
    if len(stem) < _SHORTEST:
        return []
    # Few get the first letter wrong, so one part of the vocabulary is enough unless nothing is there.
    same_letter = _near(stem, _from(connection, stem[0], chr(ord(stem[0]) + 1)))
    if same_letter:
        return same_letter
    every = _from(connection, "", "\U0010ffff")
    return _near(stem, every) or _compounds(stem, every)


def distance(first: str, second: str, most: int) -> int:
    """Letters to add, drop, change or swap with their neighbour; `most` + 1 where there are more.

    Optimal string alignment (Damerau 1964).

    >>> distance("recieve", "receive", 2), distance("dog", "cat", 2)
    (1, 3)
    """
    if abs(len(first) - len(second)) > most:
        return most + 1
    older: list[int] = []
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        older, row, above = row, [i], older
        for j, b in enumerate(second, 1):
            cost = min(older[j] + 1, row[j - 1] + 1, older[j - 1] + (a != b))
            if i > 1 and j > 1 and a == second[j - 2] and first[i - 2] == b:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
        if min(row) > most and min(older) >= most:
            return most + 1
    return min(row[-1], most + 1)


def _compounds(stem: str, known: Iterable[str]) -> list[str]:
    """Words that this one is made of, or that are made of it: Honigernte and Ernte."""
    parts = [
        term
        for term in known
        if min(len(term), len(stem)) >= _SHORTEST_PART
        and (stem.endswith(term) or term.endswith(stem) or stem.startswith(term))
        and term not in STOPWORDS
    ]
    return sorted(parts, key=len, reverse=True)[:_MOST]


def _from(connection: Connection, first: str, last: str) -> list[str]:
    rows = connection.execute(
        "SELECT term FROM memory_vocabulary WHERE term >= ? AND term < ? LIMIT ?",
        (first, last, _FULL_SCAN),
    ).fetchall()
    return [row["term"] for row in rows]


def _near(stem: str, known: Iterable[str]) -> list[str]:
    most = 1 if len(stem) < 6 else 2
    letters = set(stem)
    found = []
    for term in known:
        if abs(len(term) - len(stem)) <= most and len(letters ^ set(term)) <= 2 * most:
            off = distance(stem, term, most)
            if off <= most:
                found.append((off, term))
        elif len(stem) > 5 and term.startswith(stem) and len(term) <= len(stem) + 4:
            found.append((most, term))  # an ending that the stems of other languages keep
    return [term for _, term in sorted(found)[:_MOST]]
