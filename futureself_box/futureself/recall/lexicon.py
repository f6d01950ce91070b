"""Finds passages by their words: which of the question's telling words each holds, weighed by rarity."""

import math
from collections import defaultdict
from collections.abc import Iterable

import msgspec

from futureself_box.futureself.recall import calendar_words, concepts, spelling, words
from futureself_box.store.database import Connection

_MOST_READ = 20_000
"""Passages read for all words together; the commonest words of a question are left out above it."""
# Of a word's weight, where one spelt like it was found, or one that means the like.
_MISSPELT = 0.8
_SYNONYM = 0.7
_HARDLY = 0.1  # of the passages that are in the language written most
# Words that most passages of a language hold, and few of another.
_EVERYWHERE = {
    "en": ("the", "and", "was", "with"),
    "de": ("und", "der", "ich", "nicht"),
    "fr": ("les", "et", "je", "pas"),
    "es": ("los", "el", "y", "con"),
    "nl": ("het", "een", "ik", "niet"),
    "it": ("che", "il", "di", "non"),
    "pt": ("nao", "os", "uma", "com"),
}


class Word(msgspec.Struct, frozen=True):
    """A telling word of a question: how rare it is, and the passages that hold it."""

    stem: str
    rarity: float
    """Inverse document frequency, 0 (in every passage) and up."""
    known: bool
    """The member has written it, one spelt like it, or one that means the like."""
    passages: dict[int, float]
    """Ids, each with 1.0 or less where the spelling was forgiven."""


def look_up(connection: Connection, stems: tuple[str, ...]) -> list[Word]:
    """The question's words, the rarest first."""
    count = _passages(connection)
    said = {stem: _said(connection, stem) for stem in stems}
    found, left = [], _MOST_READ
    for stem in sorted(stems, key=lambda stem: sum(said[stem].frequencies.values())):
        frequency = sum(said[stem].frequencies.values())
        held: dict[int, float] = {}
        if frequency <= left:
            left -= frequency
            for term in sorted(said[stem].frequencies, key=lambda term: term == stem):
                share = 1.0 if term == stem else said[stem].share
                held |= dict.fromkeys(_holding(connection, term), share)
        rarity = math.log((count + 1) / (frequency + 0.5))
        found.append(Word(stem, max(rarity, 0.1), bool(frequency), held))
    return found


def coverage(found: list[Word]) -> dict[int, float]:
    """For each passage that holds any of the words, the share of their rarity that it holds."""
    total = sum(word.rarity for word in found) or 1.0
    sums: defaultdict[int, float] = defaultdict(float)
    for word in found:
        for passage, share in word.passages.items():
            sums[passage] += word.rarity * share / total
    return sums


def is_foreign(connection: Connection, text: str) -> bool:
    """Whether a question is in a language that the member hardly writes.

    Then that its words are unknown says nothing.
    """
    stems = {name: set(map(words.stem, small)) for name, small in _EVERYWHERE.items()}
    found = _frequencies(connection, set().union(*stems.values()))
    written = {name: max(found.get(stem, 0) for stem in some) for name, some in stems.items()}
    asked = written[calendar_words.language(words.split(text))]
    return asked < _HARDLY * max(written.values())


class _Said(msgspec.Struct, frozen=True):
    """The stems that stand for a word, with the number of passages that hold each."""

    frequencies: dict[str, int]
    share: float
    """Of the word's weight, for those that are not the word itself."""


def _said(connection: Connection, stem: str) -> _Said:
    """The stem and what else it may be called; or else those that it may be misspelt for."""
    found = _frequencies(connection, {stem, *concepts.others(stem)})
    if found:
        return _Said(found, _SYNONYM)
    return _Said(_frequencies(connection, spelling.alike(connection, stem)), _MISSPELT)


def _frequencies(connection: Connection, terms: Iterable[str]) -> dict[str, int]:
    rows = connection.execute(
        """
        SELECT term, doc FROM json_each(:terms) AS asked
        JOIN memory_vocabulary ON memory_vocabulary.term = asked.value
        """,
        {"terms": msgspec.json.encode(sorted(terms)).decode()},
    ).fetchall()
    return {row["term"]: row["doc"] for row in rows}


def _holding(connection: Connection, stem: str) -> list[int]:
    rows = connection.execute(
        "SELECT rowid FROM memory_words WHERE memory_words MATCH ?", (f'"{stem}"',)
    ).fetchall()
    return [row["rowid"] for row in rows]


def _passages(connection: Connection) -> int:
    # max(id) instead of a count, which would read the whole table; few of its numbers are free.
    row = connection.execute("SELECT max(id) AS last FROM memory").fetchone()
    return row["last"] or 0
