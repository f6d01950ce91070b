"""The kinds of records that members write, each with the Struct that says its fields.

A body is kept byte for byte as its device wrote it, with fields that this release does not know; the
Structs are for checking, listing and finding. A body of a newer schema or an unknown kind is passed
on unread.
"""

import datetime
from typing import Annotated, Any, Literal, TypeAlias
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec
from msgspec import Meta

from futureself_box.errors import RecordInvalid

SCHEMA = 1
MAX_BODY_BYTES = 200 * 1024

KindName = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,31}$", description="What a record is.")]
Day = datetime.date
Moment = Annotated[
    datetime.datetime, Meta(tz=True, description="With the offset of the place where it was.")
]
Mood = Annotated[int, Meta(ge=1, le=5, description="1 (low) to 5 (bright).")]
Tag = Annotated[str, Meta(min_length=1, max_length=50)]
Title = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
Note = Annotated[str, Meta(max_length=2000)]
Named = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,63}$")]
Area = Literal["work", "love", "health", "home", "money", "other"]
GoalState = Literal["active", "paused", "done"]


class AttachmentLink(msgspec.Struct, frozen=True, omit_defaults=True):
    """A photo or a recording of an entry; `id` is the SHA-256 of its bytes."""

    id: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    type: Annotated[str, Meta(max_length=100)]
    size: Annotated[int, Meta(ge=0)]
    name: Annotated[str, Meta(max_length=200)] = ""


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A journal entry. `day` is the civil day where it was written, wherever it is read."""

    text: Annotated[str, Meta(max_length=100_000)]
    day: Day
    written_at: Moment
    mood: Mood | None = None
    tags: Annotated[tuple[Tag, ...], Meta(max_length=30)] = ()
    attachments: Annotated[tuple[AttachmentLink, ...], Meta(max_length=30)] = ()
    place: Annotated[str, Meta(max_length=200)] = ""


class Affirmation(msgspec.Struct, frozen=True, omit_defaults=True):
    """A sentence to come back to."""

    text: Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\S")]
    goal: UUID | None = None
    paused: bool = False


class Goal(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something to live towards; its steps are records of their own."""

    title: Title
    why: Note = ""
    area: Area = "other"
    due: Day | None = None
    state: GoalState = "active"


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """A step towards a goal; `position` orders the steps, and may be any number between two."""

    goal: UUID
    title: Title
    done_on: Day | None = None
    position: float = 0.0


class CheckIn(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a day or a goal stands, in a tap."""

    day: Day
    written_at: Moment
    mood: Mood | None = None
    goal: UUID | None = None
    note: Note = ""


class Preference(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that the member prefers. Its record id follows from its name."""

    name: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_.]{0,63}$")]
    value: Any


class Relation(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody in the member's life, and who they are to the member."""

    name: Annotated[str, Meta(max_length=100)]
    role: Annotated[str, Meta(max_length=100)] = ""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the member answered to one question of the questionnaire, in the field of its kind.

    `version` is that of the questionnaire. Of several records the one changed last counts.
    """

    question: Named
    version: Annotated[int, Meta(ge=1)]
    text: Annotated[str, Meta(max_length=100_000)] = ""
    number: Annotated[int, Meta(ge=0, le=9999)] | None = None
    day: Day | None = None
    chosen: Annotated[tuple[Annotated[str, Meta(max_length=50)], ...], Meta(max_length=20)] = ()
    people: Annotated[tuple[Relation, ...], Meta(max_length=30)] = ()
    skipped: bool = False


class Measure(msgspec.Struct, frozen=True, omit_defaults=True):
    """One filling-in of an instrument, such as the circles; items that were left out are not there."""

    instrument: Named
    version: Annotated[int, Meta(ge=1)]
    day: Day
    written_at: Moment
    ratings: Annotated[dict[Named, Annotated[int, Meta(ge=1, le=7)]], Meta(max_length=50)]


class ImaginedLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of an imagined life. `by` is who wrote it last; `taught` is for setbacks."""

    text: Annotated[str, Meta(max_length=1000)]
    by: Literal["model", "box", "member"] = "model"
    year: Annotated[int, Meta(ge=1900, le=2300)] | None = None
    age: Annotated[int, Meta(ge=0, le=130)] | None = None
    taught: Annotated[str, Meta(max_length=1000)] = ""


_Lines = Annotated[tuple[ImaginedLine, ...], Meta(max_length=20)]


class FutureMemory(msgspec.Struct, frozen=True, omit_defaults=True):
    """A life that could follow from the answers: imagined, never a fact about the member.

    `year` and `age` are those of the future self; `answers` is a digest of what it was imagined
    from, `variation` which of the lives that could follow it is. It speaks only once it is approved.
    """

    written_at: Moment
    year: Annotated[int, Meta(ge=1900, le=2300)]
    summary: _Lines
    highlights: _Lines
    moments: _Lines
    setbacks: _Lines
    scene: _Lines
    age: Annotated[int, Meta(ge=0, le=130)] | None = None
    answers: Annotated[str, Meta(max_length=64)] = ""
    variation: Annotated[int, Meta(ge=0, le=1000)] = 0
    seed: Annotated[int, Meta(ge=0, lt=2**32)] = 0
    model: Annotated[str, Meta(max_length=200)] = ""
    approved_at: Moment | None = None


class Drawn(msgspec.Struct, frozen=True):
    """A record that a reply drew on, and the day that it is about."""

    record: UUID
    kind: KindName
    day: Day


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """A message of a conversation, the first one or that of a `thread`. The rest belongs to replies.

    `outcome`: the reply is complete, was cut at its greatest length, or cancelled by the member.
    `mode` spoke, and `why` it was chosen; `asked_leave` says that it ends by asking whether another
    may speak; `drew_on` is what it was given of the member's own words.
    """

    role: Literal["member", "future_self"]
    text: str
    thread: UUID | None = None
    answers: UUID | None = None
    outcome: Literal["complete", "length", "cancelled"] = "complete"
    tokens: int = 0
    mode: Annotated[str, Meta(max_length=32)] = ""
    why: Annotated[str, Meta(max_length=32)] = ""
    asked_leave: bool = False
    drew_on: Annotated[tuple[Drawn, ...], Meta(max_length=30)] = ()


class Thread(msgspec.Struct, frozen=True, omit_defaults=True):
    """A conversation beside the first one, which has no record."""

    title: Title


class Reaction(msgspec.Struct, frozen=True, omit_defaults=True):
    """A sign on a message. Of several on one message the newest counts; it teaches nothing."""

    message: UUID
    sign: Annotated[str, Meta(min_length=1, max_length=16)]


class Keepsake(msgspec.Struct, frozen=True, omit_defaults=True):
    """Words of a conversation that the member wants remembered, and who said them."""

    text: Annotated[str, Meta(min_length=1, max_length=8000, pattern=r"\S")]
    by: Literal["member", "future_self"]
    day: Day
    message: UUID | None = None


class Letter(msgspec.Struct, frozen=True, omit_defaults=True):
    """A letter to the future, to be opened on a day, or one that answers it; `by` says who wrote.

    `answer_by` is who shall answer it: the future self, on that day, or the member in its place.
    `opened_at` is when the member opened it, on its day or before. `mode`, `why` and `drew_on` belong to
    what the box wrote, as in a message.
    """

    text: Annotated[str, Meta(max_length=20_000)]
    written_at: Moment
    opens_on: Day | None = None
    by: Literal["member", "future_self"] = "member"
    answer_by: Literal["member", "future_self"] = "member"
    answers: UUID | None = None
    opened_at: Moment | None = None
    mode: Annotated[str, Meta(max_length=32)] = ""
    why: Annotated[str, Meta(max_length=32)] = ""
    drew_on: Annotated[tuple[Drawn, ...], Meta(max_length=30)] = ()

    def is_sealed(self, today: Day | None) -> bool:
        """Whether nobody reads it yet; where the day is not known, that is until it was opened."""
        if self.opens_on is None or self.opened_at is not None:
            return False
        return today is None or self.opens_on > today


class Care(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was heard in one version of a record: how urgent, and what about. For the member alone."""

    record: UUID
    revision: UUID
    tier: Annotated[int, Meta(ge=1, le=3)]
    topic: Named
    at: Moment


Body: TypeAlias = (
    Entry
    | Affirmation
    | Goal
    | Step
    | CheckIn
    | Preference
    | Answer
    | Measure
    | FutureMemory
    | Message
    | Thread
    | Reaction
    | Keepsake
    | Letter
    | Care
)

KINDS: dict[str, type[Body]] = {
    "entry": Entry,
    "affirmation": Affirmation,
    "goal": Goal,
    "step": Step,
    "check_in": CheckIn,
    "preference": Preference,
    "answer": Answer,
    "measure": Measure,
    "future_memory": FutureMemory,
    "message": Message,
    "thread": Thread,
    "reaction": Reaction,
    "keepsake": Keepsake,
    "letter": Letter,
    "care": Care,
}
_DECODERS = {name: msgspec.json.Decoder(body) for name, body in KINDS.items()}
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])


def decode(kind: str, body: str) -> Body | None:
    """A body's fields; None where this release can't read them."""
    decoder = _DECODERS.get(kind)
    try:
        return None if decoder is None else decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def check(kind: str, body: str, schema: int) -> None:
    """Raise RecordInvalid for a body that no release could have written."""
    if len(body.encode()) > MAX_BODY_BYTES:
        raise RecordInvalid("That is longer than the box keeps in one piece.", hint="Split it.")
    known = schema <= SCHEMA and kind in _DECODERS
    try:
        (_DECODERS[kind] if known else _OBJECT).decode(body)
    except msgspec.DecodeError as error:
        # The decoder's sentence names fields and types, never values.
        raise RecordInvalid(f"The box can't keep this {kind}: {error}.") from error
    except RecursionError as error:
        raise RecordInvalid(f"The box can't keep this {kind}: it is nested too deep.") from error


def preference_id(name: str) -> UUID:
    """The record of a preference: the same on every device."""
    return uuid5(NAMESPACE_URL, f"futureself:preference:{name}")
