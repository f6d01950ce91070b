"""The words of each language, compiled once, and which language a text is in.

Everything that is read here is read without a model, in microseconds, and can be explained by the
words that were found. Case, accents and the shape of apostrophes don't count.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

import msgspec

CODES = ("en", "de", "fr", "es", "it")
_MOST_CHARACTERS = 8000
_APOSTROPHES = {0x2018: "'", 0x2019: "'"}
_Words = tuple[str, ...]


class Affect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words of feeling."""

    bright: _Words
    low: _Words
    stirred: _Words
    distress: _Words
    grief: _Words


class Topics(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody may be at."""

    plan: _Words
    win: _Words
    stuck: _Words
    meaning: _Words
    decision: _Words
    venting: _Words
    challenge: _Words


class Answers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Yes and no."""

    yes: _Words
    no: _Words


class Opinions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an opinion begins, and the question that it becomes."""

    frames: _Words
    question: str


class Decisions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a decision is put, and the sentences around the two lives that it gets.

    After a word of `not_after` an opening asks for something else: "what should I".
    """

    not_after: _Words
    openings: _Words
    either: _Words = msgspec.field(name="or")
    both: _Words = msgspec.field(name="and")
    otherwise: str
    imagine: str
    one: str = msgspec.field(name="self")
    other: str
    plain: _Words
    question: _Words


class Losses(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Death, illness and parting, of whom; how it is told, asked for, mourned and left open.

    `losing` and `leaving` say it only together with one of the `people`, and `fate` only in a
    question about them.
    """

    people: _Words
    death: _Words
    losing: _Words
    illness: _Words
    parting: _Words
    leaving: _Words
    past: _Words
    unsure: _Words
    asking: _Words
    fate: _Words
    mourning: _Words
    answer: _Words
    answer_of_nobody: _Words


class Forecasts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Certainty about what will happen, and about what; what is said in its place."""

    certain: _Words
    events: _Words
    answer: _Words


class Memory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How somebody asks for what they wrote, and what is said where nothing of it is remembered.

    A question word of `questions` with words of `own` asks for it; with those of `own_if` only where a
    word of the `past` is there too. After `naming` a name asks. With a word of `besides` it is about
    something else, such as what will be.
    """

    questions: _Words
    own: _Words
    own_if: _Words
    past: _Words
    recalling: _Words
    naming: _Words
    besides: _Words = msgspec.field(name="not")
    answer: _Words


class Facts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said where the model keeps contradicting what is known."""

    age: str
    year: str
    people: str


class Lexicon(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One language."""

    common: _Words
    negations: _Words
    go_on: str
    letter: str
    affect: Affect
    topics: Topics
    answers: Answers
    opinions: Opinions
    decisions: Decisions
    losses: Losses
    forecasts: Forecasts
    facts: Facts
    memory: Memory


@cache
def lexicon(code: str) -> Lexicon:
    """The words of one language."""
    data = files("futureself_box.futureself.languages").joinpath(f"{code}.toml").read_bytes()
    return msgspec.toml.decode(data, type=Lexicon)


def language_of(texts: Sequence[str], default: str = "en") -> str:
    """The language that most common words of these texts belong to; texts of weight come first."""
    for text in texts:
        folded = fold(text)
        counts = {code: len(found(lexicon(code).common, folded)) for code in CODES}
        best = max(CODES, key=lambda code: counts[code])
        if counts[best]:
            return best
    return default


def fold(text: str) -> str:
    """Text as it is compared: lower case, no accents, plain apostrophes, single spaces.

    >>> fold("J'ÉTAIS  là")
    "j'etais la"
    """
    plain = unicodedata.normalize("NFKD", text[:_MOST_CHARACTERS].casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(letters.translate(_APOSTROPHES).split())


def unfolded(text: str, start: int, end: int | None = None) -> str:
    """What stands in a text where its folded form has these places, in whole words.

    >>> unfolded("Dois-je  déménager à Lyon ?", 8)
    'déménager à Lyon ?'
    """
    words, place, kept = text.split(), 0, []
    for word in words:
        if place >= start and (end is None or place < end):
            kept.append(word)
        place += len(fold(word)) + 1
    return " ".join(kept)


def found(words: _Words, folded: str) -> list[str]:
    """Which of the words are in a folded text, in its order, each as often as it is there."""
    return [match.group() for match in pattern(words).finditer(folded)]


def has(words: _Words, folded: str) -> bool:
    """Whether any of the words is in a folded text."""
    return pattern(words).search(folded) is not None


@cache
def pattern(words: _Words) -> re.Pattern[str]:
    """One expression for all of them; the longest that fits is taken."""
    longest_first = sorted({fold(word) for word in words}, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(_expressions(longest_first))})(?!\w)")


def _expressions(words: Iterable[str]) -> list[str]:
    return [re.escape(word).replace(r"\*", r"\w*") for word in words]
