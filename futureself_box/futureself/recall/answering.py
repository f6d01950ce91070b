"""Answers a question from one store: gathers, ranks, and says whether anything answers at all."""

import os
from uuid import UUID

# One thread: a second would take a core from a running answer. Read once, as numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # noqa: TID251

import numpy as np

from futureself_box.futureself.recall import events, facts, floor, folding, ranking, search
from futureself_box.futureself.recall.passages import Passage, Recalled
from futureself_box.futureself.recall.question import Question
from futureself_box.futureself.recall.vectors import cache
from futureself_box.inference.client import Embedded
from futureself_box.store.vault import MemberStore

MOST = 8
"""Passages that one answer draws on."""
_MANY_GONE = 16  # of a question's candidates: then vectors of what was erased are read anew without


def answer(store: MemberStore, asked: Question, embedded: Embedded | None) -> Recalled:
    """What the store holds of it. `embedded`: the question and its event, where a model read them."""
    with store.read() as connection:
        vectors = cache.of(store, connection)
        if vectors is None or embedded is None or vectors.model != embedded.model:
            vectors, near = None, []
        else:
            near = [np.frombuffer(vector, "<f4") for vector in embedded.vectors]
        dated = events.dated(connection, asked, vectors, near[1] if len(near) > 1 else None)
        held = facts.holding(connection, asked.relation, dated.holds_on)
        pool = search.gather(connection, dated, vectors, near[0] if near else None, also=held)
        if pool.gone > _MANY_GONE:
            cache.drop(store)
        if held is None and not floor.remembers(dated, pool):
            return Recalled((), remembers=False)
        age_counts = None if asked.asking else asked.day
        ranked = ranking.rank(pool.candidates, dated.times, held=held, recent_to=age_counts)
        told = folding.fold(connection, ranked, MOST)
        outdated = facts.outdated(connection, asked.relation, asked.day)
    passages = tuple(
        Passage(
            record=UUID(one.candidate.record),
            kind=one.candidate.kind,
            day=one.candidate.day,
            text=one.text,
            history=one.candidate.record in outdated,
        )
        for one in told
    )
    return Recalled(passages, remembers=bool(passages))
