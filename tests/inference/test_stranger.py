"""The client and llama-cpp-python's own server, which knows nothing of the box."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, aclosing
from pathlib import Path
from typing import Any

import pytest

from futureself_box.bench.running_box import eventually
from futureself_box.errors import (
    BoxError,
    ContextLengthExceeded,
    ModelMissing,
    ModelServerBrokeOff,
    ModelServerKeyRefused,
    ModelServerUnreachable,
)
from futureself_box.inference.client import InferenceClient, Words
from futureself_box.inference.stranger import Stranger
from futureself_box.settings import Inference
from tests.inference.conftest import STORY, end_of, read, says, text_of
from tests.stranger import LlamaServer

pytestmark = pytest.mark.timeout(90)


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[LlamaServer]:
    """One server for all tests that leave it whole."""
    server = LlamaServer(tmp_path_factory.mktemp("stranger"), models, context_tokens=512)
    server.start()
    yield server
    server.kill()


@pytest.fixture
async def clients(tmp_path: Path) -> AsyncIterator["Clients"]:
    async with AsyncExitStack() as stack:
        yield Clients(tmp_path, stack)


class Clients:
    """Makes clients of a stranger, on a box whose own engine isn't there."""

    def __init__(self, folder: Path, stack: AsyncExitStack) -> None:
        self._folder = folder
        self._stack = stack

    async def of(self, server: LlamaServer, **settings: Any) -> InferenceClient:
        given = {"url": server.url, "url_key_file": str(server.key_file), **settings}
        stranger = await asyncio.to_thread(Stranger, Inference(**given))
        client = await asyncio.to_thread(InferenceClient, self._folder / "nobody", stranger)
        self._stack.push_async_callback(client.aclose)
        return client


async def broken_by(client: InferenceClient, words: str, **options: Any) -> BoxError:
    with pytest.raises(BoxError) as raised:
        await read(client, says(words), **options)
    return raised.value


async def test_a_stranger_answers_and_is_known_by_its_model(
    lasting: LlamaServer, clients: Clients
) -> None:
    client = await clients.of(lasting)
    events = await read(client, says("Hello, who are you?"), cache_key="ada")
    assert text_of(events).strip()
    assert end_of(events).completion_tokens == len([e for e in events if isinstance(e, Words)])
    health = await client.health()
    assert (health.status, health.model) == ("ready", "starter")
    assert client.endpoint.place == "machine"


async def test_every_wish_is_understood(lasting: LlamaServer, clients: Clients) -> None:
    client = await clients.of(lasting, url_model="starter")
    wishes = {"temperature": 0.7, "frequency_penalty": 0.4, "seed": 7, "stop": ("sea", "Sea")}
    text = text_of(await read(client, says("Tell me of the sea."), **wishes))
    assert "sea" not in text.lower()
    assert end_of(await read(client, says(STORY), max_tokens=4)).reason == "length"


async def test_whoever_stops_reading_frees_the_server(
    lasting: LlamaServer, clients: Clients
) -> None:
    client = await clients.of(lasting)
    before = lasting.log.count("Disconnected from client")
    async with aclosing(client.chat(says(STORY), max_tokens=400)) as events:
        async for event in events:
            if isinstance(event, Words):
                break
    assert text_of(await read(client, says("Hello?")))
    eventually(lambda: lasting.log.count("Disconnected from client") == before + 1)


async def test_a_reply_that_is_broken_off_for_another_is_not_taken_for_whole(
    lasting: LlamaServer, clients: Clients
) -> None:
    client = await clients.of(lasting)
    async with aclosing(client.chat(says(STORY), max_tokens=400)) as events:
        await anext(events)
        other = asyncio.create_task(read(client, says("Hello?")))
        with pytest.raises(ModelServerBrokeOff):
            async for _ in events:
                pass
    assert text_of(await other)


async def test_to_ask_how_it_is_breaks_no_reply_off(lasting: LlamaServer, clients: Clients) -> None:
    client = await clients.of(lasting)
    words = 0
    async with aclosing(client.chat(says(STORY), max_tokens=16)) as events:
        async for event in events:
            words += isinstance(event, Words)
            assert (await client.health()).status == "ready"
    assert words > 1


async def test_a_wrong_key_is_named(lasting: LlamaServer, clients: Clients, tmp_path: Path) -> None:
    (tmp_path / "wrong").write_text("wrong")
    client = await clients.of(lasting, url_key_file=str(tmp_path / "wrong"), url_model="starter")
    assert isinstance(await broken_by(client, "Hello?"), ModelServerKeyRefused)
    with pytest.raises(ModelServerKeyRefused):
        await client.health()


async def test_an_unknown_model_is_named(lasting: LlamaServer, clients: Clients) -> None:
    client = await clients.of(lasting, url_model="another")
    error = await broken_by(client, "Hello?")
    assert isinstance(error, ModelMissing)
    assert "inference.url_model" in error.hint


async def test_a_prompt_too_long_is_named_although_the_stream_says_nothing(
    lasting: LlamaServer, clients: Clients
) -> None:
    client = await clients.of(lasting)
    assert isinstance(await broken_by(client, "hello there " * 400), ContextLengthExceeded)


async def test_a_server_that_dies_breaks_off_and_is_then_not_there(
    tmp_path: Path, models: Path, clients: Clients
) -> None:
    server = LlamaServer(tmp_path, models)
    server.start()
    client = await clients.of(server)
    async with aclosing(client.chat(says(STORY), max_tokens=400)) as events:
        await anext(events)
        server.kill()
        with pytest.raises(ModelServerBrokeOff):
            async for _ in events:
                pass
    assert isinstance(await broken_by(client, "Hello?"), ModelServerUnreachable)
    server.start()
    try:
        assert text_of(await read(client, says("Hello?")))
    finally:
        server.kill()
