"""What of a record is remembered: its words, cut into passages that say one thing each.

A vector of a whole long entry is about everything and near to nothing, so those are cut between
sentences. What an entry is tagged with is found with each of its passages.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID

import msgspec

from futureself_box.futureself.care import screen
from futureself_box.futureself.onboarding import questionnaire
from futureself_box.records import clock as clocks
from futureself_box.records import listing
from futureself_box.records.clock import Clock
from futureself_box.records.kinds import Answer, Body, Entry, Goal, Keepsake, Letter, Message, Step

LONGEST = 700
"""Characters of a passage; somewhat more where a sentence is longer."""
REPLY = "reply"
"""The kind of what the future self said: remembered apart, and never as something about the member."""
_SENTENCE_END = re.compile(r"(?<=[.!?…\u3002\uff01\uff1f])[\"'»”)]*\s+|\n+")
_MOODS = {1: 0.3, 2: 0.1, 4: 0.1, 5: 0.3}


class Passage(msgspec.Struct, frozen=True):
    """Words of the member, or of the future self where `kind` is `reply`; `record` is where they stand.

    `history`: it was so, and something newer has taken its place.
    """

    record: UUID
    kind: str
    day: date
    text: str
    history: bool


class Recalled(msgspec.Struct, frozen=True):
    """Passages, the best first; none where memory holds no answer, and then `remembers` says so."""

    passages: tuple[Passage, ...]
    remembers: bool


class Remembered(msgspec.Struct, frozen=True):
    """A record as it is remembered; `about` are words that belong to each passage of it."""

    kind: str
    day: date
    text: str
    about: str
    weight: float


def remembered(kind: str, fields: Body, clock: Clock) -> Remembered | None:
    """What to remember of a record; None where it says nothing."""
    day = listing.day_of(fields) if not isinstance(fields, Goal) else None
    day = day or datetime.fromtimestamp(clocks.milliseconds(clock) / 1000, UTC).date()
    match fields:
        case Entry():
            text, about = fields.text, " ".join((*fields.tags, fields.place))
        case Message(role="future_self") | Keepsake(by="future_self") | Letter(by="future_self"):
            kind, text, about = REPLY, fields.text, ""
        case Letter():
            # Of the day that it was written on: that is what it tells of.
            day, text, about = fields.written_at.date(), fields.text, ""
        case Message():
            # What is asked says nothing; and a question must not be its own answer.
            said = (part for part in _sentences(fields.text) if not part.rstrip().endswith("?"))
            text, about = "".join(said), ""
        case Answer() if _is_for_oneself(fields):
            return None
        case Answer():
            known = (f"{person.name}, {person.role}".strip(", ") for person in fields.people)
            text, about = "\n".join((fields.text, *known)), fields.question.replace("_", " ")
            about = about if text.strip() else ""
        case _:  # what was imagined or only measured has no words
            text, about = listing.words_of(fields), ""
    if not (text.strip() or about.strip()):
        return None
    return Remembered(kind, day, text, about.strip(), _weight(fields, text))


def cut(text: str) -> Iterator[tuple[int, int]]:
    """Where each passage begins and ends.

    >>> [(first, last) for first, last in cut("Short.")]
    [(0, 6)]
    """
    start = end = 0
    for sentence in _sentences(text):
        for length in _bearable(len(sentence)):
            if end > start and end - start + length > LONGEST:
                yield start, end
                start = end
            end += length
    if end > start or not text:
        yield start, end


def _is_for_oneself(answer: Answer) -> bool:
    return answer.question not in questionnaire.told() or screen.speaks_of_danger(answer.text)


def _sentences(text: str) -> Iterator[str]:
    start = 0
    for match in _SENTENCE_END.finditer(text):
        yield text[start : match.end()]
        start = match.end()
    if start < len(text):
        yield text[start:]


def _bearable(length: int) -> Iterator[int]:
    while length > LONGEST:
        yield LONGEST
        length -= LONGEST
    yield length


def _weight(fields: Body, text: str) -> float:
    """How much it mattered, 0 to 1: goals, days at either end of the mood, and much that was written."""
    if isinstance(fields, (Goal, Step)):
        return 0.8
    mood = _MOODS.get(getattr(fields, "mood", None) or 3, 0.0)
    return min(0.3 + mood + min(len(text), 1200) / 3000, 1.0)
