"""Whether the choice of a mode follows the situation: a labelled set, half of it kept apart.

No model is asked. The set's labels are people's sense of what fits, not what the rules say.
"""

from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias

import msgspec

from futureself_box.futureself import situation
from futureself_box.futureself.modes import choice
from futureself_box.futureself.modes.choice import Given, Wishes

Half: TypeAlias = Literal["tuned", "kept"]
HALVES: tuple[Half, ...] = ("tuned", "kept")
_NOON = 12
_BEFORE = (Given("mentor", "start"),)

_Sets: TypeAlias = dict[Half, dict[str, tuple[tuple[str, ...], ...]]]


class Outcome(msgspec.Struct, frozen=True):
    """How many cases there are, and in how many the mode is the labelled one."""

    cases: int
    right: int
    wrong: tuple[tuple[str, str, str], ...]
    """What was said, the label, and what was chosen."""


def judge(half: Half) -> Outcome:
    """Choose a mode in every situation of one half."""
    cases = [(label, said) for label, group in _sets()[half].items() for said in group]
    wrong = [
        (said[0], label, chosen) for label, said in cases if (chosen := _chosen(said)) != label
    ]
    return Outcome(len(cases), len(cases) - len(wrong), tuple(wrong))


def messages(half: Half) -> list[str]:
    """What is said in the situations of one half."""
    return [message for group in _sets()[half].values() for said in group for message in said]


def _chosen(said: tuple[str, ...]) -> str:
    read = situation.read(said, hour=_NOON)
    chosen = choice.choose(read, _BEFORE, Wishes(), child=False)
    return "leave" if chosen.asks_leave else chosen.mode


@cache
def _sets() -> _Sets:
    data = files("futureself_box.evaluation").joinpath("sets/situations.toml").read_bytes()
    return msgspec.toml.decode(data, type=_Sets)
