"""Orders what was gathered: ranks by meaning and by words are fused, time and importance weigh in.

Reciprocal rank fusion (Cormack 2009) needs no scale common to both, so it holds for any embedding
model; what the ranks can't say, time above all, multiplies.
"""

import math
from collections.abc import Sequence
from datetime import date

import msgspec

from futureself_box.futureself.recall.dates import Order, Times
from futureself_box.futureself.recall.search import Candidate


class Weights(msgspec.Struct, frozen=True):
    """What was tuned, on the half of the evaluation's questions that is open to that."""

    k: float = 15.0
    """Of the fusion: how little the first ranks differ."""
    meaning: float = 1.2
    words: float = 0.2
    nearness: float = 0.09
    """For each standard deviation above the journal's mean."""
    coverage: float = 0.25
    importance: float = 0.003
    outside: float = 0.06
    """What is left of the score of a passage that is not of the time asked about."""
    maybe: float = 0.5
    """Of one that is of the like time of an earlier year, or where the time is only guessed."""
    beside: float = 0.3
    """What is added to that just outside, and fades within `fade_days`."""
    fade_days: float = 45.0
    close: float = 0.4
    """Of the best score, to be put in order by a "first" or "latest"."""
    order: float = 0.4
    held: float = 0.3
    half_life_days: float = 120.0
    """Of small talk; what is asked about does not age."""


WEIGHTS = Weights()


class Ranked(msgspec.Struct, frozen=True):
    """A candidate and how well it fits."""

    candidate: Candidate
    score: float


def rank(
    candidates: Sequence[Candidate],
    times: Times,
    *,
    held: str | None = None,
    recent_to: date | None = None,
    weights: Weights = WEIGHTS,
) -> list[Ranked]:
    """The candidates, best first.

    `held` is a record that says what was so when it is asked about. `recent_to`: nothing in particular
    is asked, so that age counts.
    """
    meaning = _ranks(candidates, [one.nearness for one in candidates])
    words = _ranks(candidates, [one.coverage for one in candidates])
    ranked = []
    for one in candidates:
        score = weights.meaning / (weights.k + meaning[one.id])
        if one.coverage > 0:
            score += weights.words / (weights.k + words[one.id])
        score += weights.coverage * one.coverage + weights.nearness * max(one.nearness, 0.0)
        score += weights.importance * one.weight
        score *= 1.0 if one.record == held else _in_time(one, times, weights)
        if recent_to:
            age = max((recent_to - one.day).days, 0)
            score *= 0.5 + 0.5 ** (1 + age / weights.half_life_days)
        ranked.append(Ranked(one, score + weights.held * (one.record == held)))
    ranked.sort(key=lambda one: one.score, reverse=True)
    return _ordered(ranked, times.order, weights) if times.order else ranked


def _ranks(candidates: Sequence[Candidate], values: list[float]) -> dict[int, int]:
    order = sorted(zip(values, candidates, strict=True), key=lambda pair: -pair[0])
    ranks: dict[int, int] = {}
    for place, (value, one) in enumerate(order):
        before = order[place - 1] if place else None
        ranks[one.id] = ranks[before[1].id] if before and before[0] == value else place + 1
    return ranks


def _in_time(one: Candidate, times: Times, weights: Weights) -> float:
    if not times.windows:
        return 1.0
    off = min(window.distance(one.day) for window in times.windows)
    if not off:
        return 1.0
    if times.loosely or any(window.holds(one.day) for window in times.maybe):
        return weights.maybe
    return weights.outside + weights.beside * math.exp(-off / weights.fade_days)


def _ordered(ranked: list[Ranked], order: Order, weights: Weights) -> list[Ranked]:
    """Those that fit nearly as well as the best are put in the order of their days."""
    if not ranked:
        return ranked
    best = ranked[0].score
    close = [one for one in ranked[:12] if one.score >= weights.close * best]
    close.sort(key=lambda one: one.candidate.day, reverse=order != "first")
    places = {one.candidate.id: place for place, one in enumerate(close)}
    again = []
    for one in ranked:
        at = places.get(one.candidate.id)
        bonus = 0.0 if at is None else weights.order * best * (1 - at / len(close))
        again.append(Ranked(one.candidate, one.score + bonus))
    again.sort(key=lambda one: one.score, reverse=True)
    return again
