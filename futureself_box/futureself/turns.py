"""The turns that are running: a message is answered whether or not its phone is there to read.

A turn's words wait in memory, numbered, until ten minutes after its end; the answer itself is a
record by then. All of this runs on the event loop's thread; the store is used in other threads.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import structlog
import uuid_utils.compat

from futureself_box.errors import BoxError, TooManyTurns, TurnInterrupted
from futureself_box.futureself.answering import Limits, Writer
from futureself_box.futureself.care.watch import Watch
from futureself_box.futureself.turn import Turn
from futureself_box.inference.client import InferenceClient
from futureself_box.records import messages
from futureself_box.records.messages import Outcome, Said
from futureself_box.store.vault import MemberStore

_KEPT_S = 600.0
_MOST_FOR_A_MEMBER = 4

log = structlog.get_logger()


class Turns:
    """All turns of the household that run or ended a short while ago."""

    def __init__(
        self,
        inference: InferenceClient,
        limits: Limits,
        watch: Watch,
        *,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._inference = inference
        self._limits = limits
        self._watch = watch
        self._now_ms = now_ms
        self._turns: dict[UUID, Turn] = {}

    def check_room(self, member: UUID, message: UUID) -> None:
        """Raise TooManyTurns where a member has as many others running as one may."""
        others = [turn for turn in self.running(member) if turn.said.id != message]
        if len(others) >= _MOST_FOR_A_MEMBER:
            raise TooManyTurns

    def answer(
        self, store: MemberStore, name: str, said: Said, *, child: bool, quiet_until: str = ""
    ) -> Turn:
        """The turn that answers a message: the one there is, or a new one after a failure or an edit."""
        for turn in self._of(store.member):
            if turn.said.id == said.id and turn.said.revision != said.revision:
                self._abandon(turn)
            elif turn.said.id == said.id and turn.error is None:
                return turn
        new = uuid_utils.compat.uuid7()
        return self._start(Turn(new, store, said, name, child=child, quiet_until=quiet_until))

    def answer_again(self, turn: Turn) -> Turn:
        """Run a turn that a phone has named: the one there is, or this one."""
        known = self._turns.get(turn.id)
        return known if known is not None and known.error is None else self._start(turn)

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

    def _start(self, turn: Turn) -> Turn:
        for other in self._of(turn.store.member):
            if other.reading_ahead is not None:
                other.reading_ahead.cancel()
        self._turns[turn.id] = turn
        writer = Writer(turn, self._inference, self._limits, self._watch)
        # The zone where the box stands is the household's.
        now = datetime.fromtimestamp(self._now_ms() / 1000).astimezone()
        turn.writing = asyncio.create_task(writer.write(now=now))
        turn.running = asyncio.create_task(self._run(turn, writer, turn.writing))
        return turn

    def _abandon(self, turn: Turn) -> None:
        """Its message says something else now, so nothing of the answer is recorded."""
        if turn.writing is not None:
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

    async def _run(self, turn: Turn, writer: Writer, writing: asyncio.Task[Outcome]) -> None:
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
        if turn.outcome == "complete":
            turn.reading_ahead = asyncio.create_task(writer.read_ahead())

    async def _record(self, turn: Turn, writing: asyncio.Task[Outcome]) -> Outcome:
        # Waiting for the other task, so that a cancellation never falls into the recording.
        await asyncio.wait({writing})
        if writing.cancelled() and not turn.cancelled:
            raise TurnInterrupted
        outcome: Outcome = "cancelled" if writing.cancelled() else writing.result()
        reply = turn.record(outcome)
        await asyncio.to_thread(
            messages.reply,
            turn.store,
            turn.id,
            reply,
            now_ms=self._now_ms(),
            record=turn.reply,
            revision=turn.said.revision,
        )
        return outcome


async def _stop(turns: list[Turn]) -> None:
    for turn in turns:
        if turn.writing is not None:
            turn.writing.cancel()
    await asyncio.gather(*(turn.running for turn in turns if turn.running is not None))
    ahead = [turn.reading_ahead for turn in turns if turn.reading_ahead is not None]
    for reading in ahead:
        reading.cancel()
    await asyncio.gather(*ahead, return_exceptions=True)
