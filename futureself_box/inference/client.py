"""The only way to the models for everybody outside the inference process.

It speaks HTTP over the Unix socket and turns whatever goes wrong there, a dead server included, into
our own errors. Closing a chat's iterator closes its connection, and that cancels the answer.
"""

import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

import httpx2
import msgspec

from futureself_box.errors import (
    BoxError,
    ContextLengthExceeded,
    ModelBroken,
    ModelBusy,
    ModelMissing,
    ModelStarting,
    RequestInvalid,
)

_T = TypeVar("_T")
# The server says something every 3 seconds; ten times that is a dead one.
_TIMEOUT = httpx2.Timeout(30.0, connect=5.0)
_LIMITS = httpx2.Limits(max_connections=None, max_keepalive_connections=8)
# There is no TLS on a Unix socket; an empty context spares reading the system's certificates.
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_ERRORS = {
    kind.code: kind
    for kind in (
        ContextLengthExceeded,
        ModelBroken,
        ModelBusy,
        ModelMissing,
        ModelStarting,
        RequestInvalid,
    )
}


class Message(Protocol):
    """Anything with a role and a content."""

    @property
    def role(self) -> str:
        """`system`, `user` or `assistant`."""

    @property
    def content(self) -> str:
        """The words."""


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
    """The answer is over. Times in milliseconds, of the engine alone."""

    reason: Literal["stop", "length"]
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    prompt_ms: float
    decode_ms: float


Event = Waiting | Reading | Words | Finished


class Health(msgspec.Struct, frozen=True):
    """How the language model is; `down` where nobody answers is for the caller to say."""

    status: Literal["ready", "loading", "model_missing", "model_broken", "down"]
    model: str | None = None
    context_tokens: int = 0
    starter: bool = False


class InferenceClient:
    """A connection pool to the inference process behind a socket."""

    def __init__(self, socket: Path) -> None:
        self._http = httpx2.AsyncClient(
            transport=httpx2.AsyncHTTPTransport(uds=str(socket), limits=_LIMITS, verify=_NO_TLS),
            base_url="http://inference",
            timeout=_TIMEOUT,
            trust_env=False,
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def health(self) -> Health:
        """How the language model is. Raises ModelStarting where nobody answers."""
        return await self._call("GET", "/health", None, Health)

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector of length 1 for each text."""
        body = {"input": list(texts)}
        answer = await self._call("POST", "/v1/embeddings", body, _Embeddings)
        return [row.embedding for row in answer.data]

    async def chat(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        cache_key: str = "",
        parking_key: bytes = b"",
        shared_messages: int = 0,
        temperature: float | None = None,
        frequency_penalty: float = 0.0,
        seed: int | None = None,
        stop: Sequence[str] = (),
    ) -> AsyncGenerator[Event, None]:
        """Answer a conversation.

        `cache_key` names whose conversation it is: what was read under the same key before is not
        read again. It may lie on the disk meanwhile, sealed with `parking_key`. The reading of the
        first `shared_messages` may serve everybody. Raises a BoxError whenever it can't go on.
        """
        body = {
            "messages": [{"role": m.role, "content": m.content} for m in messages],
            "max_tokens": max_tokens,
            "prompt_cache_key": cache_key,
            "parking_key": parking_key,
            "shared_messages": shared_messages,
            "temperature": temperature,
            "frequency_penalty": frequency_penalty,
            "seed": seed,
            "stop": list(stop) or None,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        async with self._request("POST", "/v1/chat/completions", body) as response:
            async for event in _events(response.aiter_raw()):
                yield event

    async def erase(self, cache_key: str, parking_key: bytes) -> None:
        """Forget what was read under a key, in memory and on the disk."""
        body = {"prompt_cache_key": cache_key, "parking_key": parking_key}
        async with self._request("POST", "/v1/cache/erase", body):
            pass

    async def _call(self, method: str, path: str, body: Any, kind: type[_T]) -> _T:
        async with self._request(method, path, body) as response:
            return msgspec.json.decode(await response.aread(), type=kind)

    @asynccontextmanager
    async def _request(self, method: str, path: str, body: Any) -> AsyncIterator[httpx2.Response]:
        content = None if body is None else msgspec.json.encode(body)
        headers = {"content-type": "application/json"}
        try:
            async with self._http.stream(method, path, content=content, headers=headers) as answer:
                if not answer.is_success:
                    raise _error(await answer.aread())
                yield answer
        except httpx2.HTTPError as error:
            raise ModelStarting from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ModelStarting("The model's process gave a garbled answer.") from error


class _Delta(msgspec.Struct):
    content: str = ""


class _Choice(msgspec.Struct):
    delta: _Delta
    finish_reason: Literal["stop", "length"] | None = None


class _Cached(msgspec.Struct):
    cached_tokens: int = 0


class _Usage(msgspec.Struct):
    prompt_tokens: int
    completion_tokens: int
    prompt_tokens_details: _Cached = msgspec.field(default_factory=_Cached)


class _Timings(msgspec.Struct):
    prompt_ms: float = 0.0
    predicted_ms: float = 0.0


class _Fault(msgspec.Struct):
    message: str
    code: str | None = None
    hint: str = ""


class _Chunk(msgspec.Struct):
    choices: tuple[_Choice, ...] = ()
    tokens: int = 1
    usage: _Usage | None = None
    timings: _Timings = msgspec.field(default_factory=_Timings)
    error: _Fault | None = None


class _Faulty(msgspec.Struct):
    error: _Fault


class _Embedding(msgspec.Struct):
    embedding: list[float]


class _Embeddings(msgspec.Struct):
    data: tuple[_Embedding, ...]


_chunks = msgspec.json.Decoder(_Chunk)


async def _events(data: AsyncIterator[bytes]) -> AsyncIterator[Event]:
    """The events of a stream that reaches its end; a stream cut before that raises."""
    reason: Literal["stop", "length"] = "stop"
    async for line in _lines(data):
        if line.startswith(b":"):
            if progress := _progress(line):
                yield progress
            continue
        if line == b"data: [DONE]":
            return
        if not line.startswith(b"data: "):
            continue
        chunk = _chunks.decode(line[len(b"data: ") :])
        if chunk.error is not None:
            raise _box_error(chunk.error)
        for choice in chunk.choices:
            reason = choice.finish_reason or reason
            if choice.delta.content:
                yield Words(choice.delta.content, chunk.tokens)
        if chunk.usage is not None:
            yield _finished(reason, chunk.usage, chunk.timings)
    raise ModelStarting


async def _lines(data: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    rest = b""
    async for part in data:
        *lines, rest = (rest + part).split(b"\n")
        for line in lines:
            yield line


def _progress(comment: bytes) -> Waiting | Reading | None:
    match comment.split():
        case [b":", b"waiting", place] if place.isdigit():
            return Waiting(int(place))
        case [b":", b"reading", of] if of.count(b"/") == 1:
            done, total = of.split(b"/")
            return Reading(int(done), int(total)) if done.isdigit() and total.isdigit() else None
        case _:
            return None


def _finished(
    reason: Literal["stop", "length"], usage: _Usage, timings: _Timings
) -> Finished:  # fmt: skip
    return Finished(
        reason=reason,
        prompt_tokens=usage.prompt_tokens,
        cached_tokens=usage.prompt_tokens_details.cached_tokens,
        completion_tokens=usage.completion_tokens,
        prompt_ms=timings.prompt_ms,
        decode_ms=timings.predicted_ms,
    )


def _error(body: bytes) -> BoxError:
    return _box_error(msgspec.json.decode(body, type=_Faulty).error)


def _box_error(fault: _Fault) -> BoxError:
    kind = _ERRORS.get(fault.code or "", ModelStarting)
    return kind(fault.message, hint=fault.hint or None)
