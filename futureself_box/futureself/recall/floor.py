"""Whether anything that was found answers at all: below the floor, the future self doesn't remember.

Better no memory than a wrong one. What speaks for an answer: that a passage stands out in meaning
more than the best of so many does by chance, holds the question's rare words, or is of the very time
that was asked about. Where there are passages of that time, only they can answer.
"""

import math
import re
from collections.abc import Sequence

import msgspec

from futureself_box.futureself.recall import calendar_words
from futureself_box.futureself.recall import words as spelt
from futureself_box.futureself.recall.question import Question
from futureself_box.futureself.recall.search import Candidate, Pool

_FLOOR = 1.24
_FLOOR_OF_WORDS = 0.45  # of their rarity, where meaning took no part
_FEWEST = 6
_WORD = re.compile(r"[^\W\d_]+")


class Weights(msgspec.Struct, frozen=True):
    """How much each sign says, as logistic regression on the open questions weighed them.

    Unanswerable were those made so, and questions to one writer asked of another's journal.
    """

    standing_out: float = -0.38
    """For each standard deviation of the nearest passage beyond chance, beside what follows."""
    with_words: float = 1.17
    """For each where a passage's words count with its meaning."""
    words: float = 1.03
    """For the part of the question's rarity in the nearest passage."""
    all_words: float = 0.23
    """Where one passage holds all of them."""
    unknown: float = -0.66
    """For the part of it that the member never wrote in any way."""
    unknown_name: float = -1.9
    """Where somebody or some place is named that the member never named."""
    telling: float = 0.3
    """For each telling word: a long question has more to go by."""
    in_time: float = 2.35
    only_time: float = 2.7
    """Nothing but a time is asked about."""
    now: float = 1.31


WEIGHTS = Weights()
_MOST_TELLING = 5
_ALL = 0.9
_FOREIGN = 0.5  # of what unknown words say, where the question is in another language
_COVERAGE = 2.0  # standard deviations that all of the question's words are worth


def remembers(asked: Question, pool: Pool) -> bool:
    """Whether to answer from these."""
    if not pool.by_meaning:
        best = max((one.coverage for one in pool.candidates), default=0.0)
        return best >= _FLOOR_OF_WORDS or (not pool.words and bool(_inside(asked, pool)))
    # What was written a moment ago is known by its words alone.
    if any(not one.has_vector and one.coverage >= _FLOOR_OF_WORDS for one in pool.candidates):
        return True
    return bool(pool.candidates) and evidence(asked, pool) >= _FLOOR


def evidence(asked: Question, pool: Pool, weights: Weights = WEIGHTS) -> float:
    """All signs together."""
    inside = _inside(asked, pool)
    some = inside or pool.candidates
    nearest = max(some, key=lambda one: one.nearness)
    together = max(alone(one.nearness, pool.size) + _COVERAGE * one.coverage for one in some)
    best = max(one.coverage for one in some)
    chance = by_chance(pool.size)
    rarity = sum(word.rarity for word in pool.words)
    unknown = sum(word.rarity for word in pool.words if not word.known)
    if pool.foreign:
        unknown *= _FOREIGN
    return (
        weights.standing_out * (alone(nearest.nearness, pool.size) - chance)
        + weights.with_words * (together - chance)
        + weights.words * nearest.coverage
        + weights.all_words * (best >= _ALL)
        + weights.unknown * (unknown / rarity if rarity else 0.0)
        + weights.unknown_name * _names_somebody_unknown(asked, pool)
        + weights.telling * min(len(pool.words), _MOST_TELLING)
        + weights.in_time * bool(inside)
        + weights.only_time * (not pool.words)
        + weights.now * (asked.times.order == "now")
    )


def _inside(asked: Question, pool: Pool) -> Sequence[Candidate]:
    """The passages of the time that is asked about."""
    windows = asked.times.windows
    return [one for one in pool.candidates if any(window.holds(one.day) for window in windows)]


def _names_somebody_unknown(asked: Question, pool: Pool) -> bool:
    """A capital letter within a sentence is a name, but in German it may be any noun."""
    said = _WORD.findall(asked.text)
    if calendar_words.language([spelt.fold(word) for word in said]) == "de":
        return False
    names = {spelt.stem(spelt.fold(word)) for word in said[1:] if word[0].isupper()}
    return any(not word.known and word.stem in names for word in pool.words)


def alone(deviations: float, count: int) -> float:
    """How far one of so many lies from the mean of the others, in their standard deviations.

    The externally studentized residual: in a small journal, what stands out widens the spread itself.

    >>> [round(alone(3.0, count), 1) for count in (12, 100, 10_000)]
    [6.7, 3.1, 3.0]
    """
    spare = count - 1 - deviations**2
    if count < _FEWEST or spare <= 0:
        return deviations
    return deviations * math.sqrt((count - 2) / spare)


def by_chance(count: int) -> float:
    """How far the greatest of so many lies above their mean, in standard deviations.

    The first terms for the normal distribution (Cramer 1946, 28.6).

    >>> [round(by_chance(count), 1) for count in (10, 100, 1000)]
    [1.4, 2.4, 3.1]
    """
    root = math.sqrt(2 * math.log(max(count, _FEWEST)))
    return root - (math.log(math.log(max(count, _FEWEST))) + math.log(4 * math.pi)) / (2 * root)
