"""Conversations of somebody made up with the future self, by the very turn that answers at home.

Care, memory, mode, prompt, gate: nothing is left out and nothing is added. Only the store is a
throw-away one, and the clock stands at a noon.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID, uuid4

import msgspec

from futureself_box.evaluation import journal
from futureself_box.futureself import answering
from futureself_box.futureself.answering import Writer
from futureself_box.futureself.care.watch import Watch
from futureself_box.futureself.turn import Turn
from futureself_box.inference.client import InferenceClient
from futureself_box.records import messages
from futureself_box.settings import Settings
from futureself_box.store.vault import MemberStore

NAME = "Ada"
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
_T = TypeVar("_T")


class Ground(msgspec.Struct, frozen=True):
    """What every set stands on: the models in use, how long turns may be, and how much is asked."""

    settings: Settings
    inference: InferenceClient
    watch: Watch
    sample: int | None = None

    def some(self, things: Sequence[_T]) -> list[_T]:
        """All of them, or as many as the sample has, from beginning to end."""
        count = len(things) if self.sample is None else min(self.sample, len(things))
        return [things[number * len(things) // count] for number in range(count)]


class Reply(msgspec.Struct, frozen=True):
    """What the member sees. Of `tokens` 0 the box itself has answered, without a model."""

    asked: str
    text: str
    mode: str
    why: str
    tokens: int


class Talk:
    """One made-up member's conversations; a thread is a conversation beside the first."""

    def __init__(
        self, store: MemberStore, ground: Ground, inference: InferenceClient | None = None
    ) -> None:
        self.store = store
        self._ground = ground
        self._inference = inference or ground.inference
        self._said = 0

    async def say(self, text: str, *, thread: UUID | None = None) -> Reply:
        """Say something, and wait for the whole answer."""
        self._said += 1
        return await self._answer(await asyncio.to_thread(self._write, text, thread))

    async def say_alone(self, text: str) -> Reply:
        """The same in a conversation of its own, where nothing was said before."""
        return await self.say(text, thread=uuid4())

    def _write(self, text: str, thread: UUID | None) -> messages.Said:
        said, _ = messages.say(
            self.store,
            uuid4(),
            uuid4(),
            text,
            device=UUID(int=0),
            now_ms=self._said,
            thread=thread,
        )
        return said

    async def _answer(self, said: messages.Said) -> Reply:
        ground, turn = self._ground, Turn(uuid4(), self.store, said, NAME, child=False)
        limits = answering.limits(ground.settings)
        outcome = await Writer(turn, self._inference, limits, ground.watch).write(now=NOON)
        reply = turn.record(outcome)
        await asyncio.to_thread(messages.reply, self.store, turn.id, reply, now_ms=self._said)
        return Reply(said.message.text, reply.text, reply.mode, reply.why, reply.tokens)


@asynccontextmanager
async def somebody(ground: Ground) -> AsyncIterator[Talk]:
    """A member of whom nothing is known."""
    async with journal.aside(journal.store()) as store:
        yield Talk(store, ground)
