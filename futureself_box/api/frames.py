"""The frames that a phone and the box exchange over the WebSocket.

Each frame is one JSON text message, told apart by `type`. Unknown fields are ignored, so that an
older side reads a newer one. /schema/phone.json and docs/protocol.md are made from these Structs.
"""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from futureself_box.errors import BoxError
from futureself_box.household import time_spent
from futureself_box.records.clock import ClockText
from futureself_box.records.kinds import Drawn, KindName
from futureself_box.records.revisions import Op

SCHEMA = 1
OLDEST_SCHEMA = 1
MAX_FRAME_BYTES = 256 * 1024
HELLO_TIMEOUT_S = 5.0

CLOSE_UNKNOWN_DEVICE = 4401
CLOSE_REVOKED = 4403
CLOSE_NO_HELLO = 4408
CLOSE_REPLACED = 4409
CLOSE_SCHEMA_TOO_OLD = 4426
# Said before the socket is accepted, so a browser sees a refused handshake.
CLOSE_OTHER_BOX = 4404

RequestId = Annotated[
    str, Meta(min_length=1, max_length=64, description="Chosen by the phone, echoed in answers.")
]
Author = Annotated[str, Meta(pattern="^([0-9a-f-]{36}|box)$", description="A device, or the box.")]
Sequence = Annotated[int, Meta(ge=0, description="Number of the last delta; 0 before the first.")]

CloudFrontier = Annotated[
    int,
    Meta(description="Every revision up to this sequence is in the household's cloud copy."),
]


class Resume(msgspec.Struct, frozen=True):
    """A turn that the phone was reading, and how far it got."""

    turn: UUID
    after: Sequence = 0


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """The first frame, within 5 seconds. Unfinished turns named here go on at once."""

    token: Annotated[str, Meta(min_length=1, max_length=256, description="The device's token.")]
    schema: Annotated[int, Meta(ge=0, description="The protocol that the phone speaks.")]
    turns: Annotated[tuple[Resume, ...], Meta(max_length=16)] = ()


class ChatSend(msgspec.Struct, frozen=True, tag="chat.send"):
    """Say something. Sent again unchanged it is the same message: a retry, not a second one.

    With another revision it is an edit: what came after it in its conversation goes to the trash.
    """

    id: RequestId
    message: Annotated[UUID, Meta(description="The message's record id, made by the phone.")]
    revision: Annotated[UUID, Meta(description="The revision's id, made by the phone.")]
    text: Annotated[str, Meta(min_length=1, max_length=8000, description="The member's words.")]
    clock: Annotated[
        ClockText | None, Meta(description="The phone's clock; null where it keeps none.")
    ] = None
    thread: Annotated[
        UUID | None, Meta(description="The conversation's record; null for the first one.")
    ] = None


class ChatAgain(msgspec.Struct, frozen=True, tag="chat.again"):
    """Write the last answer of a conversation anew, or let it go on. It stays one record.

    Sent again unchanged it is the same turn.
    """

    id: RequestId
    reply: Annotated[UUID, Meta(description="The answer's record.")]
    turn: Annotated[UUID, Meta(description="The new turn's id, made by the phone.")]
    goes_on: Annotated[bool, Meta(description="Whether the words that are there stay.")] = False


class ChatCancel(msgspec.Struct, frozen=True, tag="chat.cancel"):
    """Stop the answer; what was written of it is kept."""

    id: RequestId
    turn: UUID


class ChatResume(msgspec.Struct, frozen=True, tag="chat.resume"):
    """Go on reading a turn after the given delta."""

    id: RequestId
    turn: UUID
    after: Sequence = 0


NULL = msgspec.Raw(b"null")


class RecordChange(msgspec.Struct, frozen=True, omit_defaults=True):
    """A revision of a record. `body` is kept byte for byte, with kinds and fields unknown here."""

    rev_id: Annotated[UUID, Meta(description="Made by the phone; the same id is the same change.")]
    record: UUID
    kind: KindName
    op: Annotated[Op, Meta(description="`del` puts in the trash, `purge` erases for ever.")]
    clock: Annotated[ClockText, Meta(description="The phone's clock; the box's once it is kept.")]
    body: Annotated[msgspec.Raw, Meta(description="An object; null unless put.")]
    parent: Annotated[UUID | None, Meta(description="The revision that it was made on.")] = None
    settles: Annotated[
        tuple[UUID, ...], Meta(max_length=100, description="Crossed revisions that it sets aside.")
    ] = ()
    schema: Annotated[int, Meta(ge=1, description="The form of the body.")] = 1
    device: Annotated[
        Author | None, Meta(description="Who wrote it, if not the phone that sends it.")
    ] = None
    sequence: Annotated[int | None, Meta(description="Its place in the box's log.")] = None
    others: Annotated[
        tuple[UUID, ...],
        Meta(description="From the box: the record's other leaves; whatever else is held can go."),
    ] = ()


class RecordsPush(msgspec.Struct, frozen=True, tag="records.push"):
    """Hand changes to the box. Sent again they are the same changes."""

    id: RequestId
    changes: Annotated[tuple[RecordChange, ...], Meta(min_length=1, max_length=500)]


class RecordsPull(msgspec.Struct, frozen=True, tag="records.pull"):
    """Ask for what came after a cursor; 0 and null begin anew."""

    id: RequestId
    cursor: Annotated[int, Meta(ge=0)] = 0
    epoch: Annotated[str, Meta(max_length=64)] | None = None
    limit: Annotated[int, Meta(ge=1, le=500)] = 500


class Ping(msgspec.Struct, frozen=True, tag="ping"):
    """Ask whether the box is there."""

    id: RequestId


class LiveTurn(msgspec.Struct, frozen=True):
    """A turn that is running, and the message that it answers."""

    turn: UUID
    message: UUID
    reply: Annotated[
        UUID | None, Meta(description="The record that the answer becomes; null: the turn's id.")
    ] = None


class Welcome(msgspec.Struct, frozen=True, tag="welcome"):
    """The answer to hello: who the phone speaks for and what is going on."""

    schema: int
    member: UUID
    name: str
    role: Literal["owner", "adult", "child"]
    device: UUID
    head: Annotated[int, Meta(description="Sequence number of the member's newest revision.")]
    turns: tuple[LiveTurn, ...]
    box: Annotated[
        str | None,
        Meta(description="The box's id; a phone names it in /ws?box=ID, and no other box answers."),
    ] = None
    addresses: Annotated[
        tuple[str, ...],
        Meta(description="Every origin of the box, its name first; a phone may try all at once."),
    ] = ()
    epoch: Annotated[
        str, Meta(description="What cursors count in; another one after a backup was restored.")
    ] = ""


class ChatAccepted(msgspec.Struct, frozen=True, tag="chat.accepted"):
    """The message is on the box's disk, and a turn answers it.

    For a repeated message `turn` is the one that runs or, with the answer given, has ended.
    """

    id: RequestId
    message: UUID
    revision: UUID
    turn: UUID
    clock: ClockText
    reply: Annotated[
        UUID | None, Meta(description="The record that the answer becomes; null: the turn's id.")
    ] = None


class ChatStatus(msgspec.Struct, frozen=True, tag="chat.status"):
    """What the box is doing for a turn before its first words.

    `waiting` carries the place in line (1 is next), `reading` how many tokens of how many. A phone
    takes a state that it doesn't know as `writing`: the first sentence is not whole yet.
    """

    turn: UUID
    state: Literal["waiting", "reading", "writing"]
    place: int = 0
    done: int = 0
    total: int = 0


class ChatDelta(msgspec.Struct, frozen=True, tag="chat.delta"):
    """Words of the answer: deltas `after + 1` to `sequence`, joined.

    A phone takes it only where its own last number is `after`; so no word is lost or doubled.
    """

    turn: UUID
    after: Sequence
    sequence: Sequence
    text: str


class ChatDone(msgspec.Struct, frozen=True, tag="chat.done"):
    """The turn is over and its answer recorded; the revision's id is the turn's.

    So is the record's, unless an answer was written anew. `text` is the whole answer where the deltas
    are no longer kept, and null otherwise. `mode` spoke, `why` says what it was chosen for, and
    `drew_on` what of the member's own words the answer was given.
    """

    turn: UUID
    sequence: Sequence
    outcome: Literal["complete", "length", "cancelled"]
    tokens: int
    text: str | None = None
    mode: str = ""
    why: str = ""
    drew_on: tuple[Drawn, ...] = ()


class RecordProblem(msgspec.Struct, frozen=True):
    """Why a change can't be kept."""

    code: str
    message: str
    hint: str


class RecordAck(msgspec.Struct, frozen=True, omit_defaults=True):
    """A change that is on the box's disk, with its place and clock, or its problem."""

    rev_id: UUID
    sequence: int | None = None
    clock: ClockText | None = None
    superseded: Annotated[
        bool, Meta(description="A later revision was there before; this one is history.")
    ] = False
    problem: RecordProblem | None = None


class RecordsAck(msgspec.Struct, frozen=True, tag="records.ack"):
    """The answer to a push, change by change. What has no problem survives a power cut."""

    id: RequestId
    acks: tuple[RecordAck, ...]
    head: int
    epoch: str


class RecordsChanges(msgspec.Struct, frozen=True, tag="records.changes"):
    """The answer to a pull: the leaves after the cursor; then go on from the new one."""

    id: RequestId
    changes: tuple[RecordChange, ...]
    cursor: int
    head: int
    more: bool
    epoch: str
    cloud: CloudFrontier = 0


class Poke(msgspec.Struct, frozen=True, tag="poke"):
    """There is something new; fetch it when convenient. A turn named here can be resumed at once."""

    head: int
    turns: tuple[LiveTurn, ...] = ()
    cloud: CloudFrontier | None = None


class Notice(msgspec.Struct, frozen=True, tag="notice"):
    """Something about the member has changed: ask /api/me."""


class Reminder(msgspec.Struct, frozen=True, tag="reminder"):
    """Something to say to the member in the phone's own language, apart from the conversation.

    `program`: who answers is a program; `break`, for a child: an hour is over; `people`: it has been
    long, who else could hear this; `check_in`: yesterday was hard.
    """

    kinds: Annotated[tuple[time_spent.Reminder, ...], Meta(min_length=1)]


class Error(msgspec.Struct, frozen=True, tag="error"):
    """Something went wrong; `id` or `turn` say with what. See docs/errors.md for the codes."""

    code: str
    message: str
    hint: str
    id: str | None = None
    turn: UUID | None = None


class Pong(msgspec.Struct, frozen=True, tag="pong"):
    """The answer to ping."""

    id: RequestId


PhoneFrame = (
    Hello | ChatSend | ChatAgain | ChatCancel | ChatResume | RecordsPush | RecordsPull | Ping
)
BoxFrame = (
    Welcome
    | ChatAccepted
    | ChatStatus
    | ChatDelta
    | ChatDone
    | RecordsAck
    | RecordsChanges
    | Poke
    | Notice
    | Reminder
    | Error
    | Pong
)


def error(problem: BoxError, *, request: str | None = None, turn: UUID | None = None) -> Error:
    """The frame that tells a phone of a problem."""
    return Error(
        code=problem.code, message=problem.message, hint=problem.hint, id=request, turn=turn
    )


decoder = msgspec.json.Decoder(PhoneFrame)
encoder = msgspec.json.Encoder()
