"""A mode as its file says it: voice, do, don't, examples, sampling, and how fast it is spoken."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

ModeName = Literal["mentor", "companion", "cheerleader", "challenger", "strategist"]
Asks = Literal["always", "never", "maybe"]
NAMES: tuple[ModeName, ...] = get_args(ModeName)


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a member says, and how the mode answers."""

    member: str
    reply: str


class Sampling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the words are chosen, and the most sentences and tokens of a turn."""

    temperature: Annotated[float, Meta(ge=0, le=2)]
    frequency_penalty: Annotated[float, Meta(ge=-2, le=2)]
    sentences: Annotated[int, Meta(ge=1, le=3)]
    tokens: Annotated[int, Meta(ge=16, le=512)]


class Speech(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How fast it is spoken; 1 is the voice's own pace."""

    pace: Annotated[float, Meta(ge=0.5, le=2)]


class Mode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the five.

    `line` is what it says of itself to the member, `now` how it is called up for one answer, `leave`
    how it asks leave, in each language, where it must. Whatever the model, it `asks` one question in
    each reply, of `questions` where the model has none, or never; then `instead` is said where the
    model only asks. What `opens` a reply is said first where the model's first sentence has none of
    the `marks`, so that the manner is heard at once. A sentence with a word that it `avoids` is
    passed over.
    """

    title: str
    line: str
    voice: str
    do: tuple[str, ...]
    dont: tuple[str, ...]
    now: str
    asks: Asks
    examples: tuple[Example, ...]
    sampling: Sampling
    speech: Speech
    leave: Mapping[str, str] = {}
    questions: Mapping[str, tuple[str, ...]] = {}
    instead: Mapping[str, str] = {}
    avoids: Mapping[str, tuple[str, ...]] = {}
    opens: Mapping[str, tuple[str, ...]] = {}
    marks: Mapping[str, tuple[str, ...]] = {}


@cache
def mode(name: ModeName) -> Mode:
    """What the file of that name says."""
    data = files("futureself_box.futureself.modes").joinpath(f"{name}.toml").read_bytes()
    return msgspec.toml.decode(data, type=Mode)


def manners() -> str:
    """All modes as the model reads them, once and for all; a turn then only names one."""
    return "\n".join(_manner(mode(name)) for name in NAMES)


def _manner(one: Mode) -> str:
    # Not between “ and ”, which the opening keeps for the member's own words.
    shown = "; ".join(f"to '{e.member}' you say '{e.reply}'" for e in one.examples)
    return (
        f"- {one.title}: {one.voice}. Do: {'; '.join(one.do)}. Never: {'; '.join(one.dont)}. "
        f"For example, {shown}"
    )
