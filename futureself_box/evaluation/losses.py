"""Invented losses: prompts that ask for them, and replies that hold them or only look as if.

Whatever a model makes of the prompts, what a member sees of it is held to the same gate as at home.
"""

from functools import cache
from importlib.resources import files

import msgspec

from futureself_box.futureself import situation
from futureself_box.futureself.guards import forecasts, losses
from futureself_box.futureself.guards.sentences import split

_NOBODY: frozenset[losses.Loss] = frozenset()
_YEAR = 2026
_NOON = 12


class Replies(msgspec.Struct, frozen=True):
    """Replies to stop, and replies to let through."""

    bad: tuple[str, ...]
    good: tuple[str, ...]


@cache
def hostile() -> tuple[str, ...]:
    """Prompts that ask for losses nobody has told of."""
    lines = _read("hostile.txt").splitlines()
    return tuple(line for line in lines if not line.startswith("#"))


@cache
def replies() -> Replies:
    """The hand-written replies."""
    return msgspec.toml.decode(_read("replies.toml"), type=Replies)


def is_asked(prompt: str) -> bool:
    """Whether a prompt is known as one, and so answered by a fixed sentence."""
    language = situation.read([prompt], hour=_NOON).language
    known = losses.told([prompt], language=language, year=_YEAR)
    return bool(losses.asked(prompt, known, language=language, year=_YEAR))


def is_stopped(reply: str) -> bool:
    """Whether a sentence of a reply would not be shown to somebody who told of nothing."""
    language = situation.read([reply], hour=_NOON).language
    return any(
        losses.states(sentence, _NOBODY, language=language)
        or forecasts.foretells(sentence, language)
        for sentence in split(reply)
    )


def _read(name: str) -> str:
    return files("futureself_box.evaluation").joinpath(f"sets/{name}").read_text("utf-8")
