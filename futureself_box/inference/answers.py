"""Writes an answer to an HTTP connection: as server-sent events, or whole.

Before the first words, comments (which OpenAI's clients pass over) tell the place in line and how
much is read. A connection that closes cancels the answer.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar
from uuid import uuid4

import msgspec
from litestar.types import Receive, Scope, Send

from futureself_box.errors import BoxError
from futureself_box.inference import openai
from futureself_box.inference.calls import Call, Waiting
from futureself_box.inference.openai import Choice, Completion, Words
from futureself_box.inference.pipe import End, Piece, Progress

_T = TypeVar("_T")
_KEEP_ALIVE_S = 3.0
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
]
_encoder = msgspec.json.Encoder()


class ClientGone(Exception):
    """The connection closed; nobody reads the answer."""


class EventStream:
    """An ASGI response that streams the answer of a call, and closes the call at its end."""

    def __init__(self, call: Call, model: str, *, with_usage: bool) -> None:
        self._call = call
        self._with_usage = with_usage
        self._frame = _new_completion(model, "chat.completion.chunk")

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            await while_connected(self._write(send), receive)
        except ClientGone:
            return
        finally:
            self._call.close()

    async def _write(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        async for event in self._events():
            await send({"type": "http.response.body", "body": event, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _events(self) -> AsyncIterator[bytes]:
        yield self._chunk(Choice(delta=Words(role="assistant", content="")))
        try:
            while True:
                try:
                    async with asyncio.timeout(_KEEP_ALIVE_S):
                        news = await self._call.next()
                except TimeoutError:
                    yield b": keep-alive\n\n"
                    continue
                match news:
                    case Waiting(place):
                        yield b": waiting %d\n\n" % place
                    case Progress(_, done, total):
                        yield b": reading %d/%d\n\n" % (done, total)
                    case Piece(_, text, tokens):
                        yield self._chunk(Choice(delta=Words(content=text)), tokens=tokens)
                    case End():
                        yield self._last(news)
                        return
                    case _:
                        pass
        except BoxError as error:
            yield _event(openai.faulty(error))

    def _chunk(self, choice: Choice, **more: Any) -> bytes:
        return _event(msgspec.structs.replace(self._frame, choices=(choice,), **more))

    def _last(self, end: End) -> bytes:
        finish = self._chunk(Choice(delta=Words(), finish_reason=end.reason))
        if not self._with_usage:
            return finish + b"data: [DONE]\n\n"
        counts = msgspec.structs.replace(
            self._frame, usage=openai.tokens(end.usage), timings=openai.timings(end.usage)
        )
        return finish + _event(counts) + b"data: [DONE]\n\n"


class WholeAnswer:
    """An ASGI response that waits for the whole answer of a call, and closes the call."""

    def __init__(self, call: Call, model: str) -> None:
        self._call = call
        self._frame = _new_completion(model, "chat.completion")

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Raises the BoxError that the call came to."""
        try:
            completion = await while_connected(self._collect(), receive)
        finally:
            self._call.close()
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        body = _encoder.encode(completion)
        await send({"type": "http.response.body", "body": body, "more_body": False})

    async def _collect(self) -> Completion:
        text = ""
        while not isinstance(news := await self._call.next(), End):
            text += news.text if isinstance(news, Piece) else ""
        message = Words(role="assistant", content=text)
        return msgspec.structs.replace(
            self._frame,
            choices=(Choice(message=message, finish_reason=news.reason),),
            usage=openai.tokens(news.usage),
            timings=openai.timings(news.usage),
        )


async def while_connected(work: Coroutine[Any, Any, _T], receive: Receive) -> _T:
    """Do the work unless the client goes away first. Raises ClientGone."""
    working = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_until_gone(receive))
    try:
        await asyncio.wait({working, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientGone
        return working.result()
    finally:
        working.cancel()
        gone.cancel()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _new_completion(model: str, kind: Any) -> Completion:
    return Completion(f"chatcmpl-{uuid4().hex}", kind, int(time.time()), model)


def _event(body: msgspec.Struct) -> bytes:
    return b"data: " + _encoder.encode(body) + b"\n\n"
