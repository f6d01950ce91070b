"""What a long conversation costs before the model writes: the box's own work, and what is read again."""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec

from futureself_box.futureself.answering import Limits, Writer
from futureself_box.futureself.care.watch import Watch
from futureself_box.futureself.turn import Turn
from futureself_box.inference.client import Event, Finished, InferenceClient, Message
from futureself_box.records import messages
from futureself_box.store.vault import MemberStore, Vault

_LIMITS = Limits(context_tokens=4096, reply_tokens=40, sentences=100)
_NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
_SAID = (
    "I walked along the river again.",
    "How do I start saving for a boat?",
    "Should I call my brother or wait?",
    "I think that the evenings are too short.",
    "What do you still remember of this winter?",
    "It was a good day at work, for once.",
    "I keep putting off the letter.",
)


class Talking(msgspec.Struct, frozen=True):
    """Milliseconds from a message to the model's start, at the 95th percentile.

    `reused` is the share of the tokens before each turn's own that the engine did not read again, and
    `worst` that of the worst turn.
    """

    overhead_p95_ms: float
    reused: float
    worst: float


class Watched(InferenceClient):
    """The client, which notes when a request begins and how much of it was there."""

    def __init__(self, socket: Path) -> None:
        super().__init__(socket)
        self.began = 0.0
        self.finished: Finished | None = None

    async def chat(self, messages: Sequence[Message], **how: Any) -> AsyncGenerator[Event, None]:
        """As always."""
        self.began, self.finished = self.began or time.perf_counter(), None
        async for event in super().chat(messages, **how):
            if isinstance(event, Finished):
                self.finished = event
            yield event


def talking(folder: Path, data: Path, turns: int) -> Talking:
    """One conversation of so many turns, with the engine and care's head of the box whose data is there."""
    vault, member = Vault(folder / "data", folder / "config"), uuid4()
    vault.ensure_member(member)
    try:
        return asyncio.run(_talk(vault.member(member), data, turns))
    finally:
        vault.close()


async def _talk(store: MemberStore, data: Path, turns: int) -> Talking:
    client = Watched(data / "run" / "inference.sock")
    watch = Watch(client, data)
    await watch.prepare()
    waited, read = [], []
    before = 0
    try:
        for number in range(turns):
            said = _say(store, _SAID[number % len(_SAID)])
            turn = Turn(uuid4(), store, said, "Ada", child=False)
            writer = Writer(turn, client, _LIMITS, watch)
            client.began, asked = 0.0, time.perf_counter()
            outcome = await writer.write(now=_NOW)
            waited.append(client.began - asked)
            if before and client.finished:
                read.append((min(client.finished.cached_tokens, before), before))
            messages.reply(store, turn.id, turn.record(outcome), now_ms=number)
            await writer.read_ahead()
            before = client.finished.prompt_tokens if client.finished else 0
    finally:
        await client.aclose()
    return Talking(
        overhead_p95_ms=round(1000 * sorted(waited)[int(len(waited) * 0.95)], 1),
        reused=round(sum(cached for cached, _ in read) / sum(all_ for _, all_ in read), 3),
        worst=round(min(cached / all_ for cached, all_ in read), 3),
    )


def _say(store: MemberStore, text: str) -> messages.Said:
    return messages.say(store, uuid4(), uuid4(), text, device=UUID(int=0), now_ms=0)[0]
