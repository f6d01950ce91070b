"""The plan of a life: which places it has, when each is, and what it is about.

Follows from the facts and the seed alone. Years and ages are reckoned here and nowhere else.
"""

import hashlib
from collections.abc import Sequence
from typing import Literal, TypeVar

import msgspec

from futureself_box.futureself.onboarding.answers import Facts

Part = Literal["summary", "highlights", "moments", "setbacks", "scene"]
Theme = Literal[
    "whole",
    "now",
    "work",
    "people",
    "pleasure",
    "home",
    "helping",
    "learning",
    "morning",
    "outdoors",
    "evening",
    "setback",
    "lesson",
    "present",
]
_T = TypeVar("_T")
_HIGHLIGHTS = 5
LINES = 15
"""Of a whole life."""


class Slot(msgspec.Struct, frozen=True):
    """One sentence to come. `key` names it in the model's JSON; a lesson belongs to its setback."""

    key: str
    part: Part
    theme: Theme
    year: int | None = None
    age: int | None = None


def outline(facts: Facts, seed: int) -> tuple[Slot, ...]:
    """Every place of a life, part by part, in the order in which the model is asked."""
    themes: list[Theme] = ["work", "people", "pleasure"]
    others: list[Theme] = ["home", "helping", "learning"]
    themes += shuffled(others, seed, "themes")[: _HIGHLIGHTS - len(themes)]
    themes = shuffled(themes, seed, "order")
    dated = zip(years(facts, seed), themes, strict=True)
    return (
        *(
            Slot(f"highlight_{n}", "highlights", theme, year, _age(facts, year))
            for n, (year, theme) in enumerate(dated, 1)
        ),
        Slot("setback_1", "setbacks", "setback"),
        Slot("lesson_1", "setbacks", "lesson"),
        Slot("setback_2", "setbacks", "setback"),
        Slot("lesson_2", "setbacks", "lesson"),
        Slot("moment_1", "moments", "morning"),
        Slot("moment_2", "moments", "outdoors"),
        Slot("moment_3", "moments", "evening"),
        Slot("scene_1", "scene", "present", facts.year, facts.age),
        Slot("summary_1", "summary", "whole"),
        Slot("summary_2", "summary", "now"),
    )


def years(facts: Facts, seed: int) -> list[int]:
    """When the highlights are: from next year to the year of the future self, spread."""
    first, last = facts.today.year + 1, facts.year
    step = (last - first) / (_HIGHLIGHTS - 1)
    found = [first]
    for n in range(1, _HIGHLIGHTS - 1):
        shift = (number(seed, "year", n) % 3 - 1) if step > 3 else 0
        found.append(first + round(n * step) + shift)
    return [*found, last]


def shuffled(things: Sequence[_T], seed: int, *about: object) -> list[_T]:
    """The same things in an order that follows from the seed."""
    numbered = sorted(range(len(things)), key=lambda at: number(seed, *about, at))
    return [things[at] for at in numbered]


def number(seed: int, *about: object) -> int:
    """A number that follows from the seed and what it is about, the same on every machine."""
    text = ":".join(map(str, (seed, *about)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


def _age(facts: Facts, year: int) -> int | None:
    return None if facts.birth_year is None else year - facts.birth_year
