"""The turns that are running: a message is answered whether or not its phone is there to read.

A turn's words wait in memory, numbered, until ten minutes after its end; the answer itself is a
record by then. All of this runs on the event loop's thread; the store is used in other threads.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing
from datetime import UTC, datetime
from uuid import UUID

import structlog
import uuid_utils.compat

from futureself_box.errors import BoxError, ContextLengthExceeded, TooManyTurns, TurnInterrupted
from futureself_box.futureself import persona, prompt
from futureself_box.futureself.line import Line
from futureself_box.inference.client import (
    Event,
    Finished,
    InferenceClient,
    Reading,
    Waiting,
    Words,
)
from futureself_box.records import messages
from futureself_box.records.kinds import Message
from futureself_box.records.messages import Outcome, Said
from futureself_box.store.vault import MemberStore

_KEPT_S = 600.0
_MOST_FOR_A_MEMBER = 4
# Small models otherwise fall into saying one sentence again and again.
_FREQUENCY_PENALTY = 0.4
_SHARES = (1.0, 0.5, 0.2, 0.0)

log = structlog.get_logger()


class Turn:
    """One answer as it is being written. Delta number n is `deltas[n - 1]`."""

    def __init__(
        self, turn: UUID, store: MemberStore, said: Said, name: str, *, child: bool
    ) -> None:
        self.id = turn
        self.store = store
        self.said = said
        self.name = name
        self.child = child
        self.deltas: list[str] = []
        self.tokens = 0
        self.status: Waiting | Reading | None = None
        self.outcome: Outcome | None = None
        self.error: BoxError | None = None
        self.cancelled = False
        self.writing: asyncio.Task[Outcome] | None = None
        self.running: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.outcome is not None or self.error is not None

    @property
    def text(self) -> str:
        """All words so far."""
        return "".join(self.deltas)

    def changes(self) -> asyncio.Event:
        """An event that the next change sets; take it before looking, and none is missed."""
        return self._changed

    def tell(self) -> None:
        """Wake everybody who waits for a change."""
        self._changed.set()
        self._changed = asyncio.Event()

    def take(self, event: Event) -> None:
        """Note what the engine says."""
        match event:
            case Waiting() | Reading():
                self.status = event
            case Words():
                self.deltas.append(event.text)
                self.tokens += event.tokens
            case Finished():
                self.tokens = event.completion_tokens
        self.tell()


class Turns:
    """All turns of the household that run or ended a short while ago."""

    def __init__(
        self,
        inference: InferenceClient,
        *,
        context_tokens: int,
        reply_tokens: int,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._inference = inference
        self._context_tokens = context_tokens
        self._reply_tokens = reply_tokens
        self._now_ms = now_ms
        self._turns: dict[UUID, Turn] = {}

    def check_room(self, member: UUID, message: UUID) -> None:
        """Raise TooManyTurns where a member has as many others running as one may."""
        others = [turn for turn in self.running(member) if turn.said.id != message]
        if len(others) >= _MOST_FOR_A_MEMBER:
            raise TooManyTurns

    def answer(self, store: MemberStore, name: str, said: Said, *, child: bool) -> Turn:
        """The turn that answers a message: the one there is, or a new one after a failure."""
        for turn in self._of(store.member):
            if turn.said.id == said.id and turn.error is None:
                return turn
        turn = Turn(uuid_utils.compat.uuid7(), store, said, name, child=child)
        self._turns[turn.id] = turn
        turn.writing = asyncio.create_task(self._write(turn))
        turn.running = asyncio.create_task(self._run(turn, turn.writing))
        return turn

    def find(self, member: UUID, turn: UUID) -> Turn | None:
        """A member's own turn, if it is still known."""
        found = self._turns.get(turn)
        return found if found is not None and found.store.member == member else None

    def running(self, member: UUID) -> list[Turn]:
        """A member's turns that are not over."""
        return [turn for turn in self._of(member) if not turn.over]

    def cancel(self, turn: Turn) -> None:
        """Stop a turn; what was written of it is recorded."""
        if turn.writing is not None and not turn.writing.done():
            turn.cancelled = True
            turn.writing.cancel()

    async def aclose(self) -> None:
        """Stop all turns, as when the box goes down; their messages stay unanswered."""
        await _stop(list(self._turns.values()))

    async def forget(self, member: UUID) -> None:
        """Stop a member's turns and let go of what they wrote; when it returns, nothing uses the store."""
        turns = self._of(member)
        await _stop(turns)
        for turn in turns:
            self._turns.pop(turn.id, None)

    def _of(self, member: UUID) -> list[Turn]:
        return [turn for turn in self._turns.values() if turn.store.member == member]

    async def _run(self, turn: Turn, writing: asyncio.Task[Outcome]) -> None:
        started = time.monotonic()
        try:
            turn.outcome = await self._record(turn, writing)
        except BoxError as error:
            turn.error = error
        except Exception:
            # The edge of a turn: whatever it was, the phone must hear of it.
            log.exception("turn_broke", turn=str(turn.id))
            turn.error = BoxError()
        log.info(
            "turn_over",
            turn=str(turn.id),
            member=str(turn.store.member),
            outcome=turn.error.code if turn.error else turn.outcome,
            tokens=turn.tokens,
            duration_s=round(time.monotonic() - started, 3),
        )
        asyncio.get_running_loop().call_later(_KEPT_S, self._turns.pop, turn.id, None)
        turn.tell()

    async def _record(self, turn: Turn, writing: asyncio.Task[Outcome]) -> Outcome:
        # Waiting for the other task, so that a cancellation never falls into the recording.
        await asyncio.wait({writing})
        if writing.cancelled() and not turn.cancelled:
            raise TurnInterrupted
        outcome: Outcome = "cancelled" if writing.cancelled() else writing.result()
        reply = Message(
            role="future_self",
            text=turn.text.strip(),
            answers=turn.said.id,
            outcome=outcome,
            tokens=turn.tokens,
        )
        await asyncio.to_thread(messages.reply, turn.store, turn.id, reply, now_ms=self._now_ms())
        return outcome

    async def _write(self, turn: Turn) -> Outcome:
        window = min(self._context_tokens, await self._inference.window() or self._context_tokens)
        reply_tokens = min(self._reply_tokens, window // 2)
        today = datetime.fromtimestamp(self._now_ms() / 1000, UTC).date()
        for share in _SHARES:
            lines = await asyncio.to_thread(
                prompt.build,
                turn.store,
                turn.name,
                turn.said,
                today=today,
                child=turn.child,
                prompt_tokens=window - reply_tokens,
                share=share,
            )
            try:
                return await self._stream(turn, lines, reply_tokens)
            except ContextLengthExceeded:
                log.info("prompt_too_long", turn=str(turn.id), share=share, messages=len(lines))
        raise ContextLengthExceeded

    async def _stream(self, turn: Turn, lines: list[Line], reply_tokens: int) -> Outcome:
        events = self._inference.chat(
            lines,
            max_tokens=reply_tokens,
            cache_key=str(turn.store.member),
            parking_key=turn.store.parking_key,
            shared_messages=persona.SHARED_MESSAGES,
            frequency_penalty=_FREQUENCY_PENALTY,
        )
        outcome: Outcome = "complete"
        async with aclosing(events):
            async for event in events:
                turn.take(event)
                if isinstance(event, Finished) and event.reason == "length":
                    outcome = "length"
        return outcome


async def _stop(turns: list[Turn]) -> None:
    for turn in turns:
        if turn.writing is not None:
            turn.writing.cancel()
    await asyncio.gather(*(turn.running for turn in turns if turn.running is not None))
