"""Mends what is safe to mend in a line: blanks, ends of sentences, years and ages that are known."""

import re

from futureself_box.futureself.future_memory.outline import Slot
from futureself_box.futureself.guards.sentences import split

_QUOTES = re.compile(r"[\"“”„«»*_`]+")
YEAR = re.compile(r"\b(?:1[89]|2[0-3])\d\d\b")
AGE = re.compile(
    r"(?P<before>\b(?:aged?|at the age of|at age|turned|turning|i was|i am|when i was) )"
    r"(?P<age>\d{1,3})\b(?!\s*(?:%|minutes?|hours?|days?|weeks?|months?|years? (?!old)|miles|km|of\b))"
    r"|\b(?P<old>\d{1,3})(?=[- ]years?[- ]old\b)",
    re.IGNORECASE,
)
# Numbers in a list, and the date, which stands before the line already.
_BEFORE = re.compile(
    r"^(?:\d{1,2}[.)]\s*|in (?:the year )?(?:1[89]|2[0-3])\d\d,?\s*"
    r"(?:when i (?:am|was|turned) \d{1,3},?\s*)?)*",
    re.IGNORECASE,
)
_LOOSE_ENDS = ",;:- \u2013\u2014"


def mend(text: str, slot: Slot) -> str:
    """The first sentence, whole, and in a dated place with no other year and age than its own."""
    text = " ".join(_QUOTES.sub("", text).split())
    text = _whole(_BEFORE.sub("", text))
    if slot.year is not None:
        text = YEAR.sub(str(slot.year), text)
    if slot.age is not None:
        text = AGE.sub(lambda found: f"{found['before'] or ''}{slot.age}", text)
    return text


def _whole(text: str) -> str:
    text = next(iter(split(text)), "")
    if text and text[-1] not in ".!?":
        text = text.rstrip(_LOOSE_ENDS) + "."
    return text[:1].upper() + text[1:]
