"""Whether a line may stand: whole, in English, and nothing in it that goes against the answers.

Each fault has a sentence that tells the model what to do otherwise.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache

import msgspec

from futureself_box.futureself.future_memory import asking, people
from futureself_box.futureself.future_memory.mending import AGE, YEAR
from futureself_box.futureself.future_memory.outline import Slot
from futureself_box.futureself.future_memory.words import words
from futureself_box.futureself.guards import losses
from futureself_box.futureself.guards.sentences import split
from futureself_box.futureself.languages.lexicon import fold, has, language_of
from futureself_box.futureself.onboarding.answers import Facts

_SHORTEST = 20
_LEAST_WORDS = 5
_ALIKE = 0.6
_REPEATED = 4
_MOST_COMMAS = 3
_TOLD_AS_PAST = ("highlights", "setbacks")
_SMALL_NUMBER = 60
_FIRST_PERSON = re.compile(r"\b(?:i|i'm|i've|i'd|me|my|mine|we|we've|us|our)\b")
_STRANGE = re.compile("[^\\w\\s.,;:!?'\u2019()%\u2013\u2014-]|\\bhttps?\\b|\\bwww\\b|[$€£¥]")
_NUMBER = re.compile(r"\d+")
_YEARS = re.compile(r"\b(?P<count>\d+|[a-z]+(?:-[a-z]+)?) (?:long )?years\b(?! old)")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred")


class Measure(msgspec.Struct, frozen=True):
    """What lines are held against."""

    facts: Facts
    known: frozenset[str]
    child: bool = False


def fault(text: str, slot: Slot, measure: Measure, earlier: Sequence[str]) -> str | None:
    """What is wrong with a line, as a sentence for the model; None where it may stand."""
    folded = fold(text)
    for wrong, advice in _FORM:
        if wrong(folded):
            return advice
    if slot.part in _TOLD_AS_PAST and slot.theme != "lesson" and not has(words().past, folded):
        return "Write in the past tense."
    if _wrong_number(folded, slot, measure.facts):
        return "Write no years, no ages and no figures."
    if people.strangers(text, measure.known):
        return "Use no names and no places that I have not told you."
    if people.unknown_family(text, measure.known, child=measure.child):
        return "Speak of no family and no partner that I have not told you of."
    if people.wrong_role(text, measure.facts.people):
        return "Everybody is who I said they are."
    if any(losses.states(sentence, frozenset(), language="en") for sentence in split(text)):
        return "Nobody dies, is ill or leaves."
    if any(_alike(text, other) > _ALIKE for other in earlier):
        return "Write something that you have not written yet."
    return None


def _is_short(folded: str) -> bool:
    return len(folded) < _SHORTEST or len(folded.split()) < _LEAST_WORDS


def _is_long(folded: str) -> bool:
    return len(folded) > asking.LONGEST or folded.count(",") > _MOST_COMMAS


def _repeats(folded: str) -> bool:
    """Whether a line says the same words twice, or repeats what it was asked."""
    runs = _runs(folded)
    return len(set(runs)) < len(runs) or not _asked().isdisjoint(runs)


def _runs(folded: str) -> list[tuple[str, ...]]:
    found = re.findall(r"[\w']+", folded)
    return [tuple(found[at : at + _REPEATED]) for at in range(len(found) - _REPEATED + 1)]


@cache
def _asked() -> frozenset[tuple[str, ...]]:
    return frozenset(
        run for wish in (*asking.WISHES.values(), asking.EXAMPLES) for run in _runs(fold(wish))
    )


_FORM: Sequence[tuple[Callable[[str], object], str]] = (
    (_is_short, "Write one whole sentence."),
    (_repeats, "Write something of your own."),
    (_is_long, "Write one short sentence."),
    (lambda folded: has(words().outward, folded), "Write to nobody, only of what I did and saw."),
    (lambda folded: language_of([folded]) != "en", "Write in English."),
    (_STRANGE.search, "Write plain words only."),
    (
        lambda folded: has(words().machine, folded),
        "Tell of the life only, not of how it is written.",
    ),
    (lambda folded: not _FIRST_PERSON.search(folded), "Write as I."),
    (lambda folded: has(words().sure, folded), "Write of what was, and promise nothing."),
    (lambda folded: has(words().grand, folded), "No riches and no fame: an ordinary life."),
    (lambda folded: has(words().dark, folded), "Nothing violent, and no illness."),
)


def _wrong_number(folded: str, slot: Slot, facts: Facts) -> bool:
    years = {int(year) for year in YEAR.findall(folded)}
    if not all(_may_be(year, slot, facts) for year in years):
        return True
    ages = {int(found["age"] or found["old"]) for found in AGE.finditer(folded)}
    if ages and (slot.age is None or ages != {slot.age}):
        return True
    if any(
        _count(found["count"]) > facts.year - facts.today.year for found in _YEARS.finditer(folded)
    ):
        return True
    others = {int(number) for number in _NUMBER.findall(folded)} - years - ages
    return any(number > _SMALL_NUMBER for number in others)


def _may_be(year: int, slot: Slot, facts: Facts) -> bool:
    if slot.year is not None:
        return year == slot.year
    return facts.today.year <= year <= facts.year


def _count(word: str) -> int:
    if word.isdigit():
        return int(word)
    tens = word.partition("-")[0]
    return 20 + 10 * _TENS.index(tens) if tens in _TENS else 0


def _alike(one: str, other: str) -> float:
    a, b = set(fold(one).split()), set(fold(other).split())
    return len(a & b) / max(len(a | b), 1)
