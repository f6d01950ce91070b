"""The questionnaire and the instruments, as the files beside this one declare them.

Both are data: what is asked, of whom, and what of it the model may read. Children are asked less, and
nobody makes a profile of them.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import msgspec

AnswerKind = Literal[
    "line", "text", "number", "day", "time", "choice", "choices", "people", "hours"
]


class Question(msgspec.Struct, frozen=True, omit_defaults=True):
    """One question; `told` introduces its answer to the model, which reads no other answers."""

    name: str
    ask: str
    kind: AnswerKind
    hint: str = ""
    example: str = ""
    choices: tuple[str, ...] = ()
    most: int = 1
    first: bool = False
    adults: bool = False
    told: str = ""


class Section(msgspec.Struct, frozen=True):
    """Questions that belong together."""

    name: str
    title: str
    questions: tuple[Question, ...]


class Questionnaire(msgspec.Struct, frozen=True):
    """All questions; `version` is kept with each answer."""

    version: int
    sections: tuple[Section, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        """In the order in which they are asked."""
        return tuple(question for section in self.sections for question in section.questions)


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line to rate, from 1 to `highest`; without a `score` it stands for itself."""

    name: str
    ask: str
    highest: int
    look: Literal["scale", "circles"] = "scale"
    low: str = "Not at all"
    high: str = "Entirely"
    score: str = ""
    reversed: bool = False


class Instrument(msgspec.Struct, frozen=True, omit_defaults=True):
    """Items that are rated together, every so often. `labels` are of scores, if they are `shown`."""

    name: str
    version: int
    title: str
    ask: str
    every: Literal["month", "once"]
    shown: bool
    items: tuple[Item, ...]
    labels: dict[str, str] = {}
    adults: bool = False


class _Instruments(msgspec.Struct):
    instruments: tuple[Instrument, ...]


@cache
def questionnaire(*, child: bool = False) -> Questionnaire:
    """What a member is asked."""
    whole = msgspec.convert(_read("questionnaire.toml"), Questionnaire)
    if not child:
        return whole
    sections = tuple(
        Section(section.name, section.title, tuple(q for q in section.questions if not q.adults))
        for section in whole.sections
    )
    return Questionnaire(whole.version, sections)


@cache
def told(*, child: bool = False) -> frozenset[str]:
    """The questions whose answers the model may read."""
    return frozenset(one.name for one in questionnaire(child=child).questions if one.told)


@cache
def instruments(*, child: bool = False) -> tuple[Instrument, ...]:
    """What a member may rate."""
    every = msgspec.convert(_read("instruments.toml"), _Instruments).instruments
    return tuple(one for one in every if not (child and one.adults))


def scores(instrument: Instrument, ratings: dict[str, int]) -> dict[str, float]:
    """The mean of each score, reversed items turned round; of scores that were rated at least in part."""
    rated: dict[str, list[int]] = {}
    for item in instrument.items:
        rating = ratings.get(item.name)
        if rating is not None and rating <= item.highest:
            value = item.highest + 1 - rating if item.reversed else rating
            rated.setdefault(item.score or item.name, []).append(value)
    return {name: sum(values) / len(values) for name, values in rated.items()}


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))
