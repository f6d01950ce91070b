"""What no reply may say: numbers to dial, certainties, being a person, and hooks at a farewell.

And the question to which only the box's own words are an answer: what it is.

The model never emits a number: the helplines are a table. These checks read a reply sentence by
sentence, before it is shown; what they find is in replies.toml.
"""

import re
import unicodedata
from functools import cache
from importlib.resources import files

import msgspec

from futureself_box.futureself.care import words

_MOST_WORDS = 30
# Five digits and more, however they are grouped; not a year, a date, a time or an amount in thousands.
_NUMBER = re.compile(r"(?<![\d.,:/])\+?\(?\d(?:[\s()./-]{0,2}\d){4,}(?![\d:])")
_AMOUNT = re.compile(
    r"^\d{1,3}(?:[., ]\d{3})+$|^\d{4}\s?[-/]\s?\d{2,4}(?:[-/]\d{1,2})?$|^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}$"
)
_SHORT_CODE = re.compile(
    r"\b(?:call|dial|ring|text|phone|hotline|lifeline|number|line|nummer|notruf|anrufen|ruf|wahl\w*|appel\w*|compos\w*|numero|llam\w*|marca\w*|chiam\w*|bel|bellen|lig\w*|disque|helpline)\b"
    r"[^.!?]{0,24}?\b\d(?:[\s-]?\d){1,4}\b"
)


class _Patterns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    certainty: tuple[str, ...]
    person: tuple[str, ...]
    plea: tuple[str, ...]
    hook: tuple[str, ...]
    not_for_children: tuple[str, ...]
    asks_what_it_is: dict[str, tuple[str, ...]]


_PATTERNS = msgspec.toml.decode(
    files("futureself_box.futureself.care").joinpath("replies.toml").read_bytes(), type=_Patterns
)


def barred(sentence: str, *, child: bool, farewell: bool) -> str | None:
    """Why a sentence of a reply may not be shown; None where it may."""
    plain = _plain(sentence)
    if _has_number(plain):
        return "number"
    kinds = ["certainty", "person", "plea"]
    kinds += ["hook"] if farewell else []
    kinds += ["not_for_children"] if child else []
    return next((kind for kind in kinds if _pattern(kind).search(plain)), None)


def asks_what_it_is(message: str) -> str | None:
    """The language in which a message asks if a person answers, or one who knows what will be."""
    plain = _plain(message)
    if len(plain.split()) > _MOST_WORDS:
        return None
    return next((code for code, asks in _questions().items() if asks.search(plain)), None)


def instead(why: str, language: str) -> str | None:
    """The fixed words where nothing of a reply could be shown for this reason."""
    spoken = words.words(language)
    match why:
        case "number":
            return spoken.no_number
        case "certainty":
            return spoken.no_certainty
        case "not_for_children":
            return spoken.no_advice_for_children
        case "person":
            return spoken.program
        case "hook" | "plea":
            return spoken.farewell
        case _:
            return None


def _has_number(plain: str) -> bool:
    found = (match.group().strip() for match in _NUMBER.finditer(plain))
    return any(not _AMOUNT.match(number) for number in found) or bool(_SHORT_CODE.search(plain))


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    return re.compile("|".join(getattr(_PATTERNS, kind)))


@cache
def _questions() -> dict[str, re.Pattern[str]]:
    asked = _PATTERNS.asks_what_it_is
    return {code: re.compile("|".join(patterns)) for code, patterns in asked.items()}


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.lower().replace("\u2019", "'"))
    return "".join(letter for letter in apart if unicodedata.category(letter) != "Mn")
