"""What is settled before the model starts: the situation, the mode, and the last message's words.

All of it is code, so it is the same on every model, and it takes milliseconds.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import get_args

import msgspec

from futureself_box.futureself import (
    decisions,
    memories,
    opinions,
    persona,
    prompt,
    situation,
    wishes,
)
from futureself_box.futureself.care import farewells, replies, words
from futureself_box.futureself.care.farewells import Leaving
from futureself_box.futureself.future_memory.words import words as lines_words
from futureself_box.futureself.guards import losses
from futureself_box.futureself.guards.losses import Loss
from futureself_box.futureself.languages.lexicon import lexicon
from futureself_box.futureself.line import Line, quoted
from futureself_box.futureself.modes import choice
from futureself_box.futureself.modes.choice import Choice, Given, Why
from futureself_box.futureself.modes.mode import NAMES, Mode, mode
from futureself_box.futureself.onboarding import answers
from futureself_box.futureself.onboarding.answers import Facts
from futureself_box.futureself.recall import Passage, Recalled, recall
from futureself_box.futureself.recall.passages import REPLY
from futureself_box.futureself.situation import Situation
from futureself_box.futureself.summaries import pieces
from futureself_box.futureself.summaries.pieces import Piece
from futureself_box.futureself.turn import CARE, Turn
from futureself_box.inference.client import InferenceClient
from futureself_box.records import messages
from futureself_box.records.kinds import Answer, Drawn
from futureself_box.records.messages import Said

_LOOKED_BACK = 24
_MOST_PASSAGES = 4
_LONGEST_LETTER = 2000


class Brief(msgspec.Struct, frozen=True):
    """What one answer is written from.

    `last` is the last message: `how` to answer, and the member's words. `fixed` is an answer that
    needs no model, `options` are the two ways of a decision. `leaving`: the member says goodbye, so
    nothing may hold them back.
    """

    opening: tuple[Line, ...]
    before: list[Said]
    offset: int
    earlier: list[Piece]
    how: str
    last: str
    situation: Situation
    choice: Choice
    known: frozenset[Loss]
    facts: Facts
    told: tuple[str, ...] = ()
    """All that the member told and the model may speak of, to hold its people against."""
    drew_on: tuple[Drawn, ...] = ()
    fixed: str = ""
    options: tuple[str, str] | None = None
    leaving: Leaving | None = None

    @property
    def mode(self) -> Mode:
        """The mode that speaks."""
        return mode(self.choice.mode)


async def prepare(
    turn: Turn, inference: InferenceClient, *, now: datetime, room: int, heavy: bool = False
) -> Brief:
    """Settle how a turn is answered.

    `now` is in the zone where the box stands, `room` the longest opening in characters. `heavy`: care
    heard distress, so the Companion answers.
    """
    asked = turn.said.message.text
    recalled = await recall(turn.store, asked, asked_at=now, inference=inference)
    return await asyncio.to_thread(_prepare, turn, recalled, now, room, heavy)


def _prepare(turn: Turn, recalled: Recalled, now: datetime, room: int, heavy: bool) -> Brief:
    said, store = turn.said, turn.store
    lines_words()  # read here, beside the loop: the gate asks for them within a sentence
    before, offset = messages.page_with_offset(
        store, before=said.clock, limit=prompt.MOST_MESSAGES, thread=said.message.thread
    )
    own = [said, *(one for one in reversed(before) if one.message.role == "member")]
    read = situation.read([one.message.text for one in own[:_LOOKED_BACK]], hour=now.hour)
    if heavy:
        read = msgspec.structs.replace(read, distress=0)
    chosen = choice.choose(
        read, _given(before), wishes.read(store, own[:_LOOKED_BACK]), child=turn.child
    )
    # A letter is signed, and doesn't wait for leave.
    leaving = None if turn.is_letter else farewells.leaving(said.message.text)
    if leaving or turn.is_letter:
        chosen = msgspec.structs.replace(chosen, asks_leave=False)
    here = {said.id, *(one.id for one in before)}
    passages = [passage for passage in recalled.passages if passage.record not in here]
    passages = passages[:_MOST_PASSAGES]
    opening = persona.opening(store, turn.name, today=now.date(), child=turn.child, room=room)
    given = answers.read(store)
    texts = [one.message.text for one in own]
    texts += [answer.text for answer in given.values()]
    texts += [passage.text for passage in passages if passage.kind != REPLY]
    known = losses.told(texts, language=read.language, year=now.year)
    at_hand = "\n".join((*(line.content for line in opening), *texts[1:]))
    return Brief(
        opening=opening,
        before=[*(one for one in before if one.message.mode != CARE), *_begun(turn)],
        offset=offset,
        earlier=pieces.told(store, said.message.thread),
        how=_how(chosen, leaving),
        last=_last(turn, recalled, passages, _how(chosen, leaving), read),
        drew_on=tuple(Drawn(one.record, one.kind, one.day) for one in passages),
        situation=read,
        choice=chosen,
        known=known,
        facts=_facts(turn, given, now),
        told=(*(line.content for line in opening[persona.SHARED_MESSAGES :]), *texts),
        fixed=_fixed(turn, known, read, now, leaving)
        or ("" if leaving else _forgotten(turn, recalled, read, now, at_hand)),
        options=None if leaving else _options(turn, read),
        leaving=leaving,
    )


def _facts(turn: Turn, given: Mapping[str, Answer], now: datetime) -> Facts:
    """What is known for sure; the approved life says in which year and at what age it is told."""
    known = answers.facts(given, turn.name, today=now.date())
    memory = persona.approved(turn.store)
    if memory is None:
        return known
    return msgspec.structs.replace(known, year=memory.year, age=memory.age)


def _given(before: Sequence[Said]) -> list[Given]:
    """How the last replies were given, newest first."""
    return [
        Given(said.message.mode, said.message.why, said.message.asked_leave)  # type: ignore[arg-type]
        for said in reversed(before[-_LOOKED_BACK:])
        if said.message.mode in NAMES and said.message.why in get_args(Why)
    ]


def _how(chosen: Choice, leaving: Leaving | None) -> str:
    called = mode(chosen.mode)
    now = "I am leaving; say goodbye in one plain line" if leaving else called.now
    return f"(Answer as the {called.title}, in my language: {now}.)"


def _last(
    turn: Turn, recalled: Recalled, passages: Sequence[Passage], how: str, read: Situation
) -> str:
    remembered = memories.told(passages)
    if not recalled.remembers and memories.may_ask(turn.said.message.text, read.language):
        remembered = memories.NOTHING
    return "\n\n".join(part for part in (how, remembered, _words(turn, read)) if part)


def _words(turn: Turn, read: Situation) -> str:
    if turn.begun:
        return lexicon(read.language).go_on
    if turn.is_letter:
        letter = quoted(turn.said.message.text, most=_LONGEST_LETTER)
        return lexicon(read.language).letter.format(letter=letter)
    return opinions.as_question(turn.said.message.text, read.language)


def _options(turn: Turn, read: Situation) -> tuple[str, str] | None:
    # Whoever is in distress is not sent off into two futures.
    if turn.begun or read.heavy is not None:
        return None
    options = decisions.options(turn.said.message.text, read.language)
    # The options are repeated in the answer; what a child must not hear there is left to the gate.
    if options and any(replies.barred(one, child=turn.child, farewell=False) for one in options):
        return None
    return options


def _begun(turn: Turn) -> list[Said]:
    """The message and the answer that is to go on."""
    if not turn.begun:
        return []
    answer = msgspec.structs.replace(turn.about, text=turn.begun)
    return [turn.said, msgspec.structs.replace(turn.said, message=answer)]


def _fixed(
    turn: Turn, known: frozenset[Loss], read: Situation, now: datetime, leaving: Leaving | None
) -> str:
    text = turn.said.message.text
    if leaving == "plainly":
        return words.words(farewells.language_of(text, read.language)).farewell
    if (language := replies.asks_what_it_is(text)) is not None:
        return words.words(language).program
    asked = losses.asked(turn.said.message.text, known, language=read.language, year=now.year)
    if not asked or turn.begun or leaving:
        return ""
    said = lexicon(read.language).losses
    return turn.one_of(said.answer if any(loss.who for loss in asked) else said.answer_of_nobody)


def _forgotten(turn: Turn, recalled: Recalled, read: Situation, now: datetime, at_hand: str) -> str:
    """That it doesn't remember, where it is asked what memory can't answer."""
    if recalled.remembers or turn.begun:
        return ""
    text = turn.said.message.text
    if not memories.asks(text, read.language, today=now.date(), at_hand=at_hand):
        return ""
    return turn.one_of(lexicon(read.language).memory.answer)
