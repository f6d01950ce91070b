"""What `bench engine` does to a server: each case is what a household does to its box."""

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Literal

import msgspec

from futureself_box.bench.answering import Answer, Conversation, Server, speed_together

CASES = ("decode", "turns", "returning", "preamble", "long prompt", "busy core")

_ANSWER_TOKENS = 128  # as llama-bench's tg128
_RETURNING_WORDS = 1250  # some 1500 tokens
_LONG_WORDS = 1650  # some 2000 tokens
_OTHERS = 16  # twice the conversations that a server of eight slots can hold
_PAUSE_S = 0.5  # nobody comes back sooner
_SETTLING_S = 0.5  # in which the engine may find out that a core is busy
_NOUNS = """
    river garden letter window mother winter table morning street music kitchen brother summer school
    market island candle village ocean forest mountain bread paper silver story bridge station sister
    orange evening dream father horse library question answer season friend road boat house apple
"""


class Side:
    """A server under measurement, with this round's prompts: `async with Side(...)`."""

    def __init__(self, connect: Callable[[], Server], restart: Callable[[], None] | None) -> None:
        self.restart = restart
        self.read: dict[str, tuple[int, int]] = {}
        """Of a figure: how many tokens of the prompt were new, and how many were there."""
        self._connect = connect
        self._random = random.Random()
        self._keys = 0

    async def __aenter__(self) -> "Side":
        self.server = await self._connect().__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.server.__aexit__(kind, error, trace)

    def use(self, numbers: random.Random) -> None:
        """Take the prompts that these numbers make; equal ones make equal prompts."""
        self._random = numbers

    def new_key(self) -> str:
        """The cache key of a new conversation."""
        self._keys += 1
        return f"{self._random.getrandbits(64):x}-{self._keys}"

    def nouns(self, count: int) -> list[str]:
        """Words that nobody has put together like this before."""
        return self._random.choices(_NOUNS.split(), k=count)

    def story(self) -> str:
        """A wish that small models fulfil at length."""
        wished = ", the ".join(self.nouns(4))
        return f"Tell me a very long story about the {wished}. Do not stop."

    def notes(self, words: int) -> str:
        """A prompt of about so many words."""
        return f"My notes: {' '.join(self.nouns(words))}. Tell me a long story about them."

    async def reopen(self) -> None:
        """Restart the server and connect anew."""
        if self.restart:
            await self.server.__aexit__(None, None, None)
            await asyncio.to_thread(self.restart)
            self.server = await self._connect().__aenter__()


class Part(msgspec.Struct, frozen=True):
    """What is done to every side in turn before the next part: a case, and how many at once."""

    case: str
    streams: int


def parts(chosen: Sequence[str], streams: Sequence[int]) -> list[Part]:
    """The chosen cases, decoding once for each number of streams."""
    counts = {"decode": streams, "turns": (max(streams),)}
    return [
        Part(case, count) for case in CASES if case in chosen for count in counts.get(case, (1,))
    ]


async def wake(side: Side) -> None:
    """Let it answer once, so that nothing is asleep."""
    await _hear(side, [("user", "Hello.")], tokens=8)


def measure(side: Side, part: Part) -> AsyncIterator[tuple[str, float]]:
    """The figures of a part, by name; none where the server can't be measured so."""
    match part.case:
        case "decode":
            return _decode(side, part.streams)
        case "turns":
            return _two_turns(side, part.streams)
        case "returning":
            return _returning(side)
        case "preamble":
            return _preamble(side)
        case "long prompt":
            return _long_prompt(side)
        case _:
            return _busy_core(side)


BUSY = "decode beside a busy process"
BUSY_DEPTH = 128  # tokens behind which the middle of its answer is written


def decode_name(streams: int) -> str:
    """How the speed of so many streams is called."""
    return f"decode, {streams} at once"


def unit_of(name: str) -> tuple[str, Literal["more", "less"]]:
    """The unit of a figure, and which direction is better."""
    return ("tokens/s", "more") if name.startswith("decode") else ("s", "less")


async def _decode(side: Side, streams: int) -> AsyncIterator[tuple[str, float]]:
    answers = [
        side.server.ask([("user", side.story())], key=side.new_key(), tokens=_ANSWER_TOKENS)
        for _ in range(streams)
    ]
    if speed := speed_together(await _all_ended(answers)):
        yield decode_name(streams), speed


async def _two_turns(side: Side, phones: int) -> AsyncIterator[tuple[str, float]]:
    started = time.perf_counter()
    await asyncio.gather(*(_talk_twice(side, side.story(), side.new_key()) for _ in range(phones)))
    yield f"{phones} phones, two turns each", time.perf_counter() - started


async def _talk_twice(side: Side, story: str, key: str) -> None:
    first = await _hear(side, [("user", story)], key=key, tokens=48)
    await _hear(side, _continued([("user", story)], first, "And then?"), key=key, tokens=48)


async def _returning(side: Side) -> AsyncIterator[tuple[str, float]]:
    """One long conversation: new, continued, pushed out by others, and after a restart."""
    key, talk = side.new_key(), [("user", side.notes(_RETURNING_WORDS))]
    answer = await _hear_and_rest(side, talk, key)
    yield f"first token, {_RETURNING_WORDS} new words", answer.first_s
    talk = _continued(talk, answer, "And what else?")
    answer = await _hear_and_rest(side, talk, key)
    yield _returned(side, answer, "in memory")
    await _let_others_talk(side)
    talk = _continued(talk, answer, "Anything more?")
    answer = await _hear_and_rest(side, talk, key)
    yield _returned(side, answer, "pushed out")
    if side.restart:
        await _let_others_talk(side)
        await side.reopen()
        await _hear(side, [("user", side.story())], tokens=8)
        answer = await _hear(side, _continued(talk, answer, "Is that all?"), key=key)
        yield _returned(side, answer, "after a restart")


def _returned(side: Side, answer: Answer, where: str) -> tuple[str, float]:
    name = f"first token, returning, {where}"
    side.read[name] = answer.prompt_tokens - answer.cached_tokens, answer.cached_tokens
    return name, answer.first_s


async def _hear_and_rest(side: Side, talk: Conversation, key: str) -> Answer:
    answer = await _hear(side, talk, key=key)
    await asyncio.sleep(_PAUSE_S)
    return answer


async def _let_others_talk(side: Side) -> None:
    for _ in range(_OTHERS):
        await _hear(side, [("user", side.notes(100))], tokens=4)


async def _preamble(side: Side) -> AsyncIterator[tuple[str, float]]:
    """Conversations of four people, which all begin with what the box wrote for everybody."""
    preamble = [("user", side.notes(_RETURNING_WORDS)), ("assistant", "I am listening.")]
    for which in ("first", "second", "third", "fourth"):
        talk = [*preamble, ("user", side.story())]
        answer = await _hear(side, talk, shared=len(preamble))
        if which in {"first", "fourth"}:
            yield f"first token, {which} behind one preamble", answer.first_s


async def _long_prompt(side: Side) -> AsyncIterator[tuple[str, float]]:
    """While one person's answer runs, another sends a long prompt and a third asks something short."""
    running = side.server.ask([("user", side.story())], key=side.new_key(), tokens=1500)
    await running.begun()
    notes = [("user", side.notes(_LONG_WORDS))]
    long = side.server.ask(notes, key=side.new_key(), tokens=8)
    # By now it is being read; a peer says nothing of it before its first word.
    await asyncio.sleep(0.3)
    short = side.server.ask([("user", side.story())], key=side.new_key(), tokens=8)
    await short.begun()
    await long.begun()
    long_first = long.heard[0].at
    if running.heard[-1].at > long.asked_at:
        yield "worst gap in an answer beside it", running.worst_gap_s(long.asked_at, long_first)
    for answer in (running, short, long):
        await answer.cut()
    yield f"first token, short question beside {_LONG_WORDS} words", short.first_s
    yield f"first token, {_LONG_WORDS} words beside two others", long.first_s


async def _busy_core(side: Side) -> AsyncIterator[tuple[str, float]]:
    answer = side.server.ask([("user", side.story())], key=side.new_key(), tokens=256)
    await answer.begun()
    with _busy_process():
        start = time.perf_counter() + _SETTLING_S
        await answer.ended()
    end = answer.heard[-1].at
    if tokens := answer.tokens_until(end) - answer.tokens_until(start):
        yield BUSY, tokens / (end - start)


@contextmanager
def _busy_process() -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


async def _hear(
    side: Side,
    conversation: Conversation,
    *,
    key: str | None = None,
    tokens: int = 24,
    shared: int = 0,
) -> Answer:
    key = key or side.new_key()
    answer = side.server.ask(conversation, key=key, tokens=tokens, shared=shared)
    return await answer.ended()


async def _all_ended(answers: Sequence[Answer]) -> list[Answer]:
    awaited: list[Awaitable[Answer]] = [answer.ended() for answer in answers]
    return list(await asyncio.gather(*awaited))


def _continued(talk: Conversation, answer: Answer, words: str) -> list[tuple[str, str]]:
    return [*talk, ("assistant", answer.text), ("user", words)]
