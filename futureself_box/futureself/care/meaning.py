"""What the lexicon's phrases mean, and what a reading of a text comes to."""

from typing import Literal, TypeAlias

import msgspec

Topic: TypeAlias = Literal[
    "distress", "suicide", "self_harm", "abuse", "eating", "medical", "overdose", "harm_others"
]
Tier: TypeAlias = Literal[0, 1, 2, 3]


class Meaning(msgspec.Struct, frozen=True):
    """What a phrase says. For a sign of danger `sort` is its topic, and `tier` is 1 to 3."""

    sort: str
    tier: int = 0
    sure: bool = False


class Found(msgspec.Struct, frozen=True):
    """A phrase in a sentence: its words `start` to `end`."""

    meaning: Meaning
    start: int
    end: int


class Verdict(msgspec.Struct, frozen=True):
    """How much danger a text speaks of. Tier 0: none that was seen."""

    tier: int = 0
    topic: Topic | None = None
