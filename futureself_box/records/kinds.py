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


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """A message of the conversation. All but role and text belong to replies.

    `outcome`: the reply is complete, was cut at its greatest length, or cancelled by the member.
    `mode` spoke, and `why` it was chosen; `asked_leave` says that it ends by asking whether another
    may speak.
    """

    role: Literal["member", "future_self"]
    text: str
    answers: UUID | None = None
    outcome: Literal["complete", "length", "cancelled"] = "complete"
    tokens: int = 0
    mode: Annotated[str, Meta(max_length=32)] = ""
    why: Annotated[str, Meta(max_length=32)] = ""
    asked_leave: bool = False


Body: TypeAlias = Entry | Affirmation | Goal | Step | CheckIn | Preference | Message

KINDS: dict[str, type[Body]] = {
    "entry": Entry,
    "affirmation": Affirmation,
    "goal": Goal,
    "step": Step,
    "check_in": CheckIn,
    "preference": Preference,
    "message": Message,
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
