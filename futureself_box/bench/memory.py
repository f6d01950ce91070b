"""What remembering costs in a large journal: time to answer, size on the disk and in memory.

The language and embedding models stay out of it: vectors are random, which takes a search no less
time, and a question comes with its own.
"""

import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
import numpy as np

from futureself_box.futureself.recall import answering, index, question
from futureself_box.futureself.recall.vectors import cache
from futureself_box.inference.client import Embedded
from futureself_box.records.kinds import Entry
from futureself_box.records.revisions import Change
from futureself_box.store.vault import MemberStore, Vault
from futureself_box.sync import replicas
from futureself_box.sync.replicas import Pushed

_QUESTIONS = 200
_MODEL = "random"
_DIMENSIONS = 384
_FIRST_DAY = date(1996, 1, 1)
_NOW = datetime(2026, 11, 25, tzinfo=UTC)
_PAGE = 500
_COMMON = [
    "sea",
    "walk",
    "home",
    "mother",
    "coffee",
    "garden",
    "winter",
    "letter",
    "music",
    "train",
]
_ASKED = [
    "When did I {0} with the {1}?",
    "What about {0} and {1} last spring?",
    "Where is {0} now?",
]


class Remembering(msgspec.Struct, frozen=True):
    """Milliseconds, bytes for each memory, and mebibytes of all that is kept in memory."""

    p95_ms: float
    first_ms: float
    bytes_each: int
    cached_mib: float
    left_mib: float
    """Of it, once the store is closed."""


def remembering(folder: Path, count: int) -> Remembering:
    """Fill one member's store with `count` entries, ask, close it, and ask once more."""
    member = uuid4()
    vault = Vault(folder / "data", folder / "config")
    try:
        vault.ensure_member(member)
        store = vault.member(member)
        _write(store, count)
        before = _pages(store)
        _take_in(store)
        bytes_each = round((_pages(store) - before) / count)
    finally:
        vault.close()
    vault = Vault(folder / "data", folder / "config")
    try:
        store = vault.member(member)
        asked = [_question() for _ in range(_QUESTIONS)]
        first_ms = _timed(lambda: _ask(store, asked[0]))
        times = [_timed(lambda one=one: _ask(store, one)) for one in asked]  # type: ignore[misc]
        cached = cache.size_bytes
    finally:
        vault.close()
    return Remembering(
        p95_ms=round(statistics.quantiles(times, n=20)[-1], 1),
        first_ms=round(first_ms, 1),
        bytes_each=bytes_each,
        cached_mib=round(cached / 2**20, 1),
        left_mib=round(cache.size_bytes / 2**20, 1),
    )


def _write(store: MemberStore, count: int) -> None:
    for first in range(0, count, _PAGE):
        entries = [_entry(number) for number in range(first, min(first + _PAGE, count))]
        replicas.push(store, entries, now_ms=round(_NOW.timestamp() * 1000))


def _take_in(store: MemberStore) -> None:
    while index.take_in(store):
        continue
    while batch := index.unread(store, _PAGE):
        vectors = np.random.default_rng(0).standard_normal((len(batch), _DIMENSIONS), np.float32)
        index.keep(store, batch, Embedded(_MODEL, tuple(row.tobytes() for row in vectors)))


def _ask(store: MemberStore, text: str) -> None:
    vector = np.random.default_rng(1).standard_normal(_DIMENSIONS, np.float32)
    vector /= np.linalg.norm(vector)
    embedded = Embedded(_MODEL, (vector.tobytes(), vector.tobytes()))
    answering.answer(store, question.read(text, _NOW), embedded)


def _timed(act: Callable[[], None]) -> float:
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000


def _question() -> str:
    words = [random.choice(_COMMON), f"w{random.randrange(3000)}"]
    return random.choice(_ASKED).format(*words)


def _entry(number: int) -> Pushed:
    day = _FIRST_DAY + timedelta(days=number * 11_000 // 50_000)
    words = [random.choice(_COMMON) for _ in range(10)]
    words += [f"w{random.randrange(3000)}" for _ in range(30)]
    moment = datetime(day.year, day.month, day.day, 20, tzinfo=UTC)
    body = Entry(text=" ".join(words), day=day, written_at=moment)
    text = msgspec.json.encode(body).decode()
    return Pushed(Change(uuid4(), uuid4(), "entry", "put", text), "phone")


def _pages(store: MemberStore) -> int:
    with store.maintain() as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        (count,) = connection.execute("PRAGMA page_count").fetchone()
        (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    return int(size) * (int(count) - int(free))
