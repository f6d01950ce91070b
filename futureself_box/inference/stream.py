"""A streamed answer: from server-sent events to ours.

It takes what OpenAI's API promises and no more; what our own server says beyond that (the place in
line, how far the prompt is read, tokens and times) is optional. An answer is whole only if the
server said why it ended.
"""

from collections.abc import AsyncIterator
from typing import Any, Literal

import msgspec

Reason = Literal["stop", "length"]


class Waiting(msgspec.Struct, frozen=True):
    """The place in line; 1 is next."""

    place: int


class Reading(msgspec.Struct, frozen=True):
    """How many tokens of the prompt are read."""

    done: int
    total: int


class Words(msgspec.Struct, frozen=True):
    """New words of the answer, and how many tokens they took."""

    text: str
    tokens: int


class Finished(msgspec.Struct, frozen=True):
    """The answer is over. Times in milliseconds, of the engine alone; 0 is what nobody counted."""

    reason: Reason
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    prompt_ms: float
    decode_ms: float


Event = Waiting | Reading | Words | Finished


class Cut(Exception):
    """The stream ended before the answer."""


class Fault(Exception):
    """The server said in the stream what went wrong: `body` is an error's body."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        super().__init__("The stream carried an error.")


async def events(data: AsyncIterator[bytes]) -> AsyncIterator[Event]:
    """The events of a stream to its end, the last of them Finished. Raises Cut or Fault."""
    ending = _Ending()
    async for line in _lines(data):
        if line.startswith(b":"):
            if progress := _progress(line):
                yield progress
        elif line.startswith(b"data:"):
            # Every server writes a chunk on one line, so an event is a line.
            said = line.removeprefix(b"data:").strip()
            if said == b"[DONE]":
                break
            for words in _take(said, ending):
                yield words
    yield ending.finished()


def whole(body: bytes) -> list[Event]:
    """The events of an answer that was not streamed. Raises Cut where it has no end."""
    ending = _Ending()
    return [*_take(body, ending), ending.finished()]


class _Said(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    delta: _Said | None = None
    message: _Said | None = None
    finish_reason: str | None = None


class _Cached(msgspec.Struct):
    cached_tokens: int | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int = 0
    completion_tokens: int | None = None
    prompt_tokens_details: _Cached | None = None


class _Timings(msgspec.Struct):
    prompt_ms: float = 0.0
    predicted_ms: float = 0.0


class _Chunk(msgspec.Struct):
    choices: tuple[_Choice, ...] = ()
    tokens: int = 1
    usage: _Usage | None = None
    timings: _Timings | None = None
    error: Any = None


class _Ending:
    """What is known of the end so far."""

    def __init__(self) -> None:
        self.reason: Reason | None = None
        self.tokens = 0
        self.usage = _Usage()
        self.timings = _Timings()

    def finished(self) -> Finished:
        if self.reason is None:
            raise Cut
        cached, written = self.usage.prompt_tokens_details, self.usage.completion_tokens
        return Finished(
            reason=self.reason,
            prompt_tokens=self.usage.prompt_tokens,
            cached_tokens=(cached and cached.cached_tokens) or 0,
            completion_tokens=self.tokens if written is None else written,
            prompt_ms=self.timings.prompt_ms,
            decode_ms=self.timings.predicted_ms,
        )


_chunks = msgspec.json.Decoder(_Chunk)


def _take(data: bytes, ending: _Ending) -> list[Words]:
    chunk = _chunks.decode(data)
    if chunk.error is not None:
        raise Fault(data)
    ending.usage = chunk.usage or ending.usage
    ending.timings = chunk.timings or ending.timings
    found = []
    for choice in chunk.choices:
        if choice.finish_reason:
            ending.reason = "length" if choice.finish_reason == "length" else "stop"
        said = choice.delta or choice.message
        if said and said.content:
            ending.tokens += chunk.tokens
            found.append(Words(said.content, chunk.tokens))
    return found


async def _lines(data: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    rest = b""
    async for part in data:
        *lines, rest = (rest + part).split(b"\n")
        for line in lines:
            yield line.removesuffix(b"\r")


def _progress(comment: bytes) -> Waiting | Reading | None:
    match comment.split():
        case [b":", b"waiting", place] if place.isdigit():
            return Waiting(int(place))
        case [b":", b"reading", of] if of.count(b"/") == 1:
            done, total = of.split(b"/")
            return Reading(int(done), int(total)) if done.isdigit() and total.isdigit() else None
        case _:
            return None
