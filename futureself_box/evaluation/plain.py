"""The yardstick: plain reciprocal rank fusion of FTS5 and vectors, the same entries and the same model.

As it stands in most examples: all words of the question joined by OR and ranked by bm25, cosines of
the whole question, k = 60 (Cormack 2009). Nothing is understood and nothing is left out.
"""

import asyncio
import re
from collections import defaultdict
from contextlib import suppress
from uuid import UUID

import numpy as np

from futureself_box.errors import ModelMissing
from futureself_box.evaluation.journal import Journal
from futureself_box.futureself.recall.search import Floats
from futureself_box.futureself.recall.vectors import cache
from futureself_box.inference.client import InferenceClient
from futureself_box.store.vault import MemberStore

_K = 60
_DEPTH = 50


async def find(journal: Journal, text: str, inference: InferenceClient) -> tuple[str, ...]:
    """The entries, best first."""
    asked = None
    with suppress(ModelMissing):
        embedded = await inference.embed([text], query=True)
        asked = np.frombuffer(embedded.vectors[0], "<f4")
    records = await asyncio.to_thread(_fused, journal.store, text, asked)
    return tuple(journal.ids[UUID(record)] for record in records)


def model_of(store: MemberStore) -> str:
    """The model whose vectors a store holds; empty for none."""
    with store.read() as connection:
        row = connection.execute("SELECT name FROM memory_model").fetchone()
    return row["name"] if row else ""


def _fused(store: MemberStore, text: str, asked: Floats | None) -> list[str]:
    words = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", text))
    with store.read() as connection:
        found = connection.execute(
            """
            SELECT listing.record FROM search JOIN listing ON listing.place = search.rowid
            WHERE search MATCH ? ORDER BY bm25(search) LIMIT ?
            """,
            (words, _DEPTH),
        ).fetchall()
        rows = connection.execute("SELECT id, record FROM memory").fetchall()
        vectors = cache.of(store, connection)
    by_words = [row["record"] for row in found]
    by_meaning: list[str] = []
    if vectors is not None and asked is not None:
        records = {row["id"]: row["record"] for row in rows}
        order = np.argsort(-vectors.cosines(asked))
        by_meaning = list(dict.fromkeys(records[int(vectors.ids[place])] for place in order))
    scores: defaultdict[str, float] = defaultdict(float)
    for ranking in (by_words, by_meaning[:_DEPTH]):
        for place, record in enumerate(ranking, 1):
            scores[record] += 1 / (_K + place)
    return sorted(scores, key=scores.__getitem__, reverse=True)
