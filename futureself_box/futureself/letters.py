"""Letters back from the future self: on a letter's day, or when they are asked for.

An answer is a job of the household's, written like any turn: the same care, recall, guards and sentence
gate hold for it. What comes is kept as a record of its own, and imagined.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal
from uuid import UUID, uuid5

import msgspec

from futureself_box.errors import LetterSealed, NotFound
from futureself_box.futureself.answering import Limits, Writer
from futureself_box.futureself.care.watch import Watch
from futureself_box.futureself.turn import Turn
from futureself_box.inference.client import InferenceClient
from futureself_box.records import finding, kinds, writing
from futureself_box.records.kinds import Letter, Message
from futureself_box.records.messages import BOX, Said
from futureself_box.records.writing import Author
from futureself_box.store import jobs
from futureself_box.store.vault import HouseholdStore, MemberStore

KIND = "letter_answer"
SENTENCES = 8
"""The longest letter back."""


class AnswerOrder(msgspec.Struct, frozen=True):
    """How far an answer is. `problem` is the code of what went wrong last."""

    state: Literal["none", "waiting", "running", "done", "failed"]
    problem: str | None = None


def due(store: MemberStore, today: date) -> list[UUID]:
    """The letters that the future self shall answer by today, and nobody ever has."""
    with store.read() as connection:
        rows = connection.execute(
            """
            SELECT listing.record FROM listing
            JOIN head USING (record) JOIN revision ON revision.rev_id = head.rev_id
            WHERE listing.kind = 'letter' AND listing.op = 'put'
                AND coalesce(listing.day, '') <= :today
                AND revision.body ->> '$.answer_by' = 'future_self'
                AND NOT EXISTS (
                    SELECT 1 FROM head AS answer JOIN revision AS said USING (record)
                    WHERE answer.kind = 'letter' AND said.body ->> '$.answers' = listing.record
                )
            """,
            {"today": today.isoformat()},
        ).fetchall()
    return [UUID(row["record"]) for row in rows]


def place_due(
    store: HouseholdStore, member: UUID, letters: Sequence[UUID], *, now: datetime
) -> None:
    """Put in what is due. Each letter once; one that failed, as without a model, again the next day."""
    for letter in letters:
        if standing(store, member, letter).state in {"none", "failed"}:
            _enqueue(store, f"{_begins(member, letter)}{now.astimezone().date()}", now)


def place(store: HouseholdStore, member: UUID, letter: UUID, *, now: datetime) -> AnswerOrder:
    """Ask the future self to answer a letter; one answer that is under way is enough."""
    order = standing(store, member, letter)
    if order.state in {"waiting", "running"}:
        return order
    _enqueue(store, f"{_begins(member, letter)}{now.timestamp()}", now)
    return standing(store, member, letter)


def standing(store: HouseholdStore, member: UUID, letter: UUID) -> AnswerOrder:
    """How the answer to a letter stands that was asked for last."""
    with store.read() as connection:
        found = jobs.newest(connection, KIND, _begins(member, letter))
    return AnswerOrder("none") if found is None else AnswerOrder(found.state, found.error)


def read_key(key: str) -> tuple[UUID, UUID]:
    """Whose answer an order is for, and to which letter."""
    _, member, letter, _ = key.split(":")
    return UUID(member), UUID(letter)


def find(store: MemberStore, letter: UUID, today: date) -> Said:
    """A letter of the member's own, as what was said. Raises NotFound for any other, LetterSealed."""
    found = finding.get(store, "letter", letter)
    fields = None if found is None else kinds.decode("letter", found.revision.body or "")
    if found is None or not isinstance(fields, Letter) or fields.by != "member" or fields.answers:
        raise NotFound
    if fields.is_sealed(today):
        raise LetterSealed
    # In a conversation of its own: no other words of the member's belong to it.
    message = Message(role="member", text=fields.text, thread=letter)
    return Said(letter, found.revision.rev_id, found.revision.clock, message)


async def answer(
    turn: Turn, inference: InferenceClient, limits: Limits, watch: Watch, *, now: datetime
) -> Letter:
    """The letter back; `now` is in the zone where the box stands. Raises a BoxError if no model can."""
    most = msgspec.structs.replace(limits, sentences=SENTENCES)
    outcome = await Writer(turn, inference, most, watch).write(now=now)
    written = turn.record(outcome)
    return Letter(
        text=written.text,
        written_at=now,
        by="future_self",
        answers=turn.said.id,
        mode=written.mode,
        why=written.why,
        drew_on=written.drew_on,
    )


def keep(store: MemberStore, order: str, letter: Letter, *, now: datetime) -> None:
    """Put a letter back where the member finds it; an order that is fulfilled twice is one letter."""
    body = msgspec.json.encode(letter).decode()
    author = Author(BOX, int(now.timestamp() * 1000))
    record = uuid5(letter.answers or store.member, order)
    writing.create(store, "letter", body, author, record=record)


def _begins(member: UUID, letter: UUID) -> str:
    return f"{KIND}:{member}:{letter}:"


def _enqueue(store: HouseholdStore, key: str, now: datetime) -> None:
    with store.write() as tx:
        jobs.enqueue(tx, KIND, key, not_before_ms=int(now.timestamp() * 1000))
