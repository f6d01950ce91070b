"""The client against servers that misbehave: whatever they say becomes one of our errors."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from futureself_box.errors import BoxError, ModelBusy, ModelMissing, ModelStarting, RequestInvalid
from futureself_box.inference.client import InferenceClient, Reading, Waiting, Words
from tests.inference.conftest import read, says

STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
HI = b'data: {"choices":[{"delta":{"content":"Hi"}}],"tokens":2}\n\n'
END = b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
Talk = Callable[[bytes], Awaitable[InferenceClient]]


@pytest.fixture
async def client_of(tmp_path: Path) -> AsyncIterator[Talk]:
    """Makes a client of a server that answers everything with the same bytes, then hangs up."""
    async with AsyncExitStack() as stack:

        async def make(answer: bytes) -> InferenceClient:
            path = tmp_path / "socket"
            await stack.enter_async_context(server(path, answer))
            client = await asyncio.to_thread(InferenceClient, path)
            stack.push_async_callback(client.aclose)
            return client

        yield make


@asynccontextmanager
async def server(path: Path, answer: bytes) -> AsyncIterator[None]:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    async with await asyncio.start_unix_server(talk, path):
        yield


def refusal(status: int, body: bytes) -> bytes:
    return b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n\r\n%s" % (status, len(body), body)


async def test_comments_before_the_words_tell_what_goes_on(client_of: Talk) -> None:
    progress = (
        b": waiting 2\n\n: keep-alive\n\n: reading 128/1500\n\n: reading x/y\n\n: writing\n\n"
    )
    client = await client_of(STREAM + progress + HI + END)
    assert (await read(client, says("Hi")))[:3] == [Waiting(2), Reading(128, 1500), Words("Hi", 2)]


@pytest.mark.parametrize(
    "rest",
    [
        b"",
        b"data: [DONE]\n\n",
        b"data: {",
        b"data: {}\n\n",
        b"data: \xff\n\n",
        b'data: {"choices":3}\n\n',
    ],
)
async def test_a_stream_without_its_end_is_an_error(client_of: Talk, rest: bytes) -> None:
    client = await client_of(STREAM + HI + rest)
    with pytest.raises(ModelStarting):
        await read(client, says("Hi"))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("model_busy", ModelBusy),
        ("model_missing", ModelMissing),
        ("invalid_request_error", RequestInvalid),
        ("never_heard_of", ModelStarting),
    ],
)
async def test_an_error_is_ours_again(
    client_of: Talk, code: str, kind: type[BoxError]
) -> None:  # fmt: skip
    body = b'{"error":{"message":"So it is.","hint":"Do this.","code":"%s"}}' % code.encode()
    client = await client_of(STREAM + HI + b"data: " + body + b"\n\n")
    with pytest.raises(kind, match=r"So it is\. Do this\."):
        await read(client, says("Hi"))


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00\xff\x00",
        refusal(503, b"<html>"),
        refusal(500, b"{}"),
        refusal(200, b'{"status":"perhaps"}'),
        refusal(200, b"\xff"),
    ],
)
async def test_a_garbled_answer_is_a_model_that_is_not_there(
    client_of: Talk, answer: bytes
) -> None:  # fmt: skip
    client = await client_of(answer)
    with pytest.raises(ModelStarting):
        await client.health()


async def test_nobody_there_is_a_model_that_is_not_there(tmp_path: Path) -> None:
    client = await asyncio.to_thread(InferenceClient, tmp_path / "nothing")
    with pytest.raises(ModelStarting):
        await client.health()
    await client.aclose()
