"""Whether anything that was found answers at all: below the floor, the future self doesn't remember.

Better no memory than a wrong one. What speaks for an answer: that a passage stands out in meaning
more than the best of so many does by chance, holds the question's rare words, or is of the very time
that was asked about.
"""

import math

from futureself_box.futureself.recall.question import Question
from futureself_box.futureself.recall.search import Pool

_FLOOR = 0.2
_FLOOR_OF_WORDS = 0.45  # of their rarity, where meaning took no part
_COVERAGE = 2.0
_IN_TIME = 1.0
_FEWEST = 6


def remembers(asked: Question, pool: Pool) -> bool:
    """Whether to answer from these."""
    signs = []
    for one in pool.candidates:
        in_time = any(window.holds(one.day) for window in asked.times.windows)
        sign = _COVERAGE * one.coverage + _IN_TIME * in_time
        signs.append(one.nearness + sign if pool.by_meaning else sign / _COVERAGE)
    best = max(signs, default=-math.inf)
    if not pool.by_meaning:
        return best >= _FLOOR_OF_WORDS
    return best >= _FLOOR + by_chance(pool.size)


def by_chance(count: int) -> float:
    """How far the greatest of so many lies above their mean, in standard deviations.

    The first terms for the normal distribution (Cramer 1946, 28.6).

    >>> [round(by_chance(count), 1) for count in (10, 100, 1000)]
    [1.4, 2.4, 3.1]
    """
    root = math.sqrt(2 * math.log(max(count, _FEWEST)))
    return root - (math.log(math.log(max(count, _FEWEST))) + math.log(4 * math.pi)) / (2 * root)
