"""Whether a message says goodbye: then it is answered by one plain line, and nothing holds anybody back.

Read clause by clause, by the words of farewells.toml: a clause is a goodbye where nothing else is in
it. So "I have to stop now" is one and "I have to stop drinking" is none.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from futureself_box.futureself.languages.lexicon import fold, pattern

Leaving = Literal["plainly", "with more"]

_MOST_CHARACTERS = 300
_CLAUSE = re.compile(r"[^.!?,;:…\n]+[.!?,;:…\n]*")
_Kind = Literal["goodbye", "either", "around", "other"]


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    either: tuple[str, ...]
    last: tuple[str, ...]
    around: tuple[str, ...]
    goodbyes: dict[str, tuple[str, ...]]


def leaving(message: str) -> Leaving | None:
    """Whether somebody says goodbye and asks nothing: with nothing else, or after or before other words."""
    if len(message) > _MOST_CHARACTERS:
        return None
    clauses = list(_clauses(message))
    kinds = [kind for kind, _ in clauses if kind != "around"]
    if any(kind == "other" and asks for kind, asks in clauses) or not kinds:
        return None
    if "goodbye" in kinds:
        return "with more" if "other" in kinds else "plainly"
    # What can be meant in another way ends a message; "Salut, ..." begins one.
    return None if kinds[-1] == "other" or any(asks for _, asks in clauses) else "with more"


def is_everyday(message: str) -> bool:
    """Whether a message is a goodbye with nothing else in it, and nothing of a last one."""
    return leaving(message) == "plainly" and not pattern(_words().last).search(fold(message))


def language_of(message: str, otherwise: str) -> str:
    """The language in which somebody says goodbye; the words alone are often too few to tell."""
    folded = fold(message)
    said = {code: pattern(words).findall(folded) for code, words in _words().goodbyes.items()}
    longest = {code: sum(map(len, found)) for code, found in said.items()}
    best = max(longest, key=lambda code: longest[code])
    return best if longest[best] else otherwise


def _clauses(message: str) -> Iterator[tuple[_Kind, bool]]:
    """Each clause's kind, and whether it asks."""
    # A dash between blanks parts clauses as well; within a word it doesn't.
    for clause in _CLAUSE.findall(re.sub(r"\s[-\u2013\u2014]+\s", ". ", message)):
        folded = fold(clause)
        if re.search(r"\w", folded):
            yield _kind(folded), "?" in clause


def _kind(folded: str) -> _Kind:
    words = _words()
    without, goodbyes = pattern(_goodbyes()).subn(" ", folded)
    without, either = pattern(words.either).subn(" ", without)
    if re.search(r"\w", pattern(words.around).sub(" ", without)):
        return "other"
    return "goodbye" if goodbyes else "either" if either else "around"


@cache
def _goodbyes() -> tuple[str, ...]:
    return tuple(phrase for phrases in _words().goodbyes.values() for phrase in phrases)


@cache
def _words() -> _Words:
    data = files("futureself_box.futureself.care").joinpath("farewells.toml").read_bytes()
    return msgspec.toml.decode(data, type=_Words)
