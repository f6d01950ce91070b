"""The only way to the models for everybody outside the inference process.

Chat goes to the box's own engine or to the server that the owner named, and nobody who asks needs to
know which. Embeddings are always made on the box. Closing a chat's iterator cancels the answer.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any, Protocol

import msgspec

from futureself_box.errors import ModelStarting
from futureself_box.inference.connection import Asked, Endpoint, Health, Keeping, OwnEngine, Trouble
from futureself_box.inference.stranger import Stranger
from futureself_box.inference.stream import Event, Finished, Reading, Waiting, Words
from futureself_box.inference.timing import timed
from futureself_box.settings import Settings

__all__ = [
    "NOT_RUNNING",
    "Embedded",
    "Endpoint",
    "Event",
    "Finished",
    "Health",
    "InferenceClient",
    "Message",
    "Reading",
    "Trouble",
    "Waiting",
    "Words",
    "connect",
]


NOT_RUNNING = Trouble("The inference process doesn't answer.", "Start the box again: scripts/run")


class Message(Protocol):
    """Anything with a role and a content."""

    @property
    def role(self) -> str:
        """`system`, `user` or `assistant`."""

    @property
    def content(self) -> str:
        """The words."""


class Embedded(msgspec.Struct, frozen=True):
    """Vectors, each as little-endian float32, and the model that made them: others don't compare."""

    model: str
    vectors: tuple[bytes, ...]


def connect(settings: Settings) -> "InferenceClient":
    """The client that the settings ask for. Raises SettingsInvalid."""
    stranger = Stranger(settings.inference) if settings.inference.url else None
    return InferenceClient(settings.inference_socket, stranger)


class InferenceClient:
    """Connection pools to the inference process behind a socket and to who answers in its stead."""

    def __init__(self, socket: Path, stranger: Stranger | None = None) -> None:
        self._own = OwnEngine(socket)
        self._answering: OwnEngine | Stranger = stranger or self._own

    @property
    def endpoint(self) -> Endpoint:
        """Where the words of a chat go."""
        return self._answering.endpoint

    async def aclose(self) -> None:
        """Close all connections."""
        await self._own.aclose()
        await self._answering.aclose()

    async def health(self) -> Health:
        """How the language model is. Raises ModelStarting where nobody answers on the box."""
        return await self._answering.health()

    async def checkup(self) -> tuple[Trouble, ...]:
        """What is wrong with the models on the box; an engine that doesn't answer is that."""
        try:
            return await self._own.checkup()
        except ModelStarting:
            return (NOT_RUNNING,)

    async def window(self) -> int | None:
        """The longest prompt and answer together; None where the settings have the say."""
        return await self._answering.window()

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> Embedded:
        """One vector of length 1 for each text. `query`: the texts ask, and others answer them."""
        asked = {
            "input": texts,
            "input_type": "query" if query else "passage",
            "encoding_format": "base64",
        }
        answer = await self._own.call("POST", "/embeddings", asked, _Embeddings)
        return Embedded(answer.model, tuple(row.embedding for row in answer.data))

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
        schema: Mapping[str, Any] | None = None,
        counted: bool = True,
    ) -> AsyncGenerator[Event, None]:
        """Answer a conversation.

        `cache_key` names whose conversation it is: what the box's own engine read under the same key
        before is not read again. It may lie on the disk meanwhile, sealed with `parking_key`. The
        reading of the first `shared_messages` may serve everybody. With a `schema` the answer is
        JSON that fits it, unless it ends at `max_tokens`; some servers elsewhere pass over that.
        One that nobody reads is not `counted` in the metrics. Raises a BoxError whenever it can't go on.
        """
        asked = Asked(
            messages=tuple({"role": m.role, "content": m.content} for m in messages),
            max_tokens=max_tokens,
            temperature=temperature,
            frequency_penalty=frequency_penalty,
            seed=seed,
            stop=tuple(stop),
            response_format=None if schema is None else _json_that_fits(schema),
        )
        keeping = Keeping(cache_key, parking_key, shared_messages)
        events = self._answering.chat(asked, keeping)
        async with aclosing(timed(events) if counted else events) as taken:
            async for event in taken:
                yield event

    async def erase(self, cache_key: str, parking_key: bytes) -> None:
        """Forget what was read under a key, in memory and on the disk."""
        await self._own.erase(Keeping(cache_key, parking_key))


def _json_that_fits(schema: Mapping[str, Any]) -> dict[str, Any]:
    # OpenAI wants a name for it.
    named = {"name": "answer", "strict": True, "schema": schema}
    return {"type": "json_schema", "json_schema": named}


class _Embedding(msgspec.Struct):
    embedding: bytes


class _Embeddings(msgspec.Struct):
    model: str
    data: tuple[_Embedding, ...]
