"""Whether anything that was found answers at all: below the floor, the future self doesn't remember.

Better no memory than a wrong one. What speaks for an answer: that a passage stands out in meaning
from all others, holds the question's rare words, or is of the very time that was asked about.
"""

from futureself_box.futureself.recall.question import Question
from futureself_box.futureself.recall.search import Pool

_FLOOR = 2.4
_FLOOR_OF_WORDS = 0.45  # of their rarity, where meaning took no part
_COVERAGE = 2.0
_IN_TIME = 1.0


def remembers(asked: Question, pool: Pool) -> bool:
    """Whether to answer from these."""
    windows = asked.times.windows
    best = 0.0
    for one in pool.candidates:
        sign = one.nearness + _COVERAGE * one.coverage if pool.by_meaning else one.coverage
        in_time = any(window.holds(one.day) for window in windows)
        best = max(best, sign + in_time * (_IN_TIME if pool.by_meaning else _FLOOR_OF_WORDS))
    return best >= (_FLOOR if pool.by_meaning else _FLOOR_OF_WORDS)
