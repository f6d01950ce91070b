"""Strangers of every kind, as their answers look on the wire; and what none of them is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from futureself_box.errors import (
    BoxError,
    ContextLengthExceeded,
    ModelBusy,
    ModelMissing,
    ModelServerBrokeOff,
    ModelServerFailed,
    ModelServerKeyRefused,
    ModelServerNotAgreed,
    ModelServerUnreachable,
    ModelStarting,
    SettingsInvalid,
)
from futureself_box.inference.client import Endpoint, InferenceClient, Words
from futureself_box.inference.stranger import Stranger
from futureself_box.lan import identity, tls
from futureself_box.settings import Inference
from futureself_box.store.vault import Vault
from tests.inference.conftest import end_of, read, says, text_of
from tests.stranger import HELLO, WireServer, answer, streamed

OPENAI_FIELDS = {
    "model",
    "messages",
    "max_tokens",
    "temperature",
    "frequency_penalty",
    "seed",
    "stop",
    "stream",
    "stream_options",
}


class Server(WireServer):
    """A stranger, and the clients that talk to it."""

    def __init__(self, folder: Path, stack: AsyncExitStack) -> None:
        super().__init__()
        self._folder = folder
        self._stack = stack

    async def client(self, host: str = "127.0.0.1", **settings: Any) -> InferenceClient:
        url = f"http://{host}:{self.port}/v1"
        stranger = await asyncio.to_thread(Stranger, Inference(**{"url": url, **settings}))
        client = await asyncio.to_thread(InferenceClient, self._folder / "nobody", stranger)
        self._stack.push_async_callback(client.aclose)
        return client


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with AsyncExitStack() as stack:
        one = Server(tmp_path, stack)
        await one.open(stack)
        yield one


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, b'{"error":{"message":"x","code":"context_length_exceeded"}}', ContextLengthExceeded),
        (
            400,
            b'{"error":{"code":400,"message":"the request exceeds the available context size"}}',
            ContextLengthExceeded,
        ),
        (
            400,
            b'{"error":{"code":400,"message":"x","type":"exceed_context_size_error"}}',
            ContextLengthExceeded,
        ),
        (
            400,
            b'{"object":"error","message":"This model\'s maximum context length is 4096 tokens."}',
            ContextLengthExceeded,
        ),
        (
            404,
            b'{"error":{"message":"model \\"x\\" not found, try pulling it first"}}',
            ModelMissing,
        ),
        (404, b'{"error":{"message":"The model `x` does not exist.","code":404}}', ModelMissing),
        (400, b'{"error":{"message":"x","code":"model_not_found"}}', ModelMissing),
        (404, b'{"detail":"Not Found"}', ModelServerFailed),
        (401, b'{"detail":"Invalid API key"}', ModelServerKeyRefused),
        (403, b"<html>", ModelServerKeyRefused),
        (429, b"", ModelBusy),
        (503, b'{"error":{"code":503,"message":"Loading model"}}', ModelStarting),
        (500, b'{"error":"a secret of Ada\'s"}', ModelServerFailed),
        (422, b'{"detail":[{"loc":["body"],"input":"a secret of Ada\'s"}]}', ModelServerFailed),
        (200, b"a secret of Ada's", ModelServerFailed),
        (307, b"", ModelServerFailed),
    ],
)
async def test_every_refusal_is_one_of_our_errors_and_repeats_nothing(
    server: Server, status: int, body: bytes, kind: type[BoxError]
) -> None:
    server.chat = answer(status, body, b"location: http://127.0.0.2/")
    client = await server.client()
    with pytest.raises(kind) as raised:
        await read(client, says("Hi"))
    assert "secret" not in str(raised.value)


async def test_an_error_in_the_middle_of_a_stream_is_one_of_our_errors(server: Server) -> None:
    server.chat = streamed(b'data: {"error":{"message":"maximum context length","code":400}}')
    with pytest.raises(ContextLengthExceeded):
        await read(await server.client(), says("Hi"))


async def test_a_busy_server_s_time_is_told(server: Server) -> None:
    server.chat = answer(429, b"{}", b"retry-after: 12")
    with pytest.raises(ModelBusy, match="in 12 seconds"):
        await read(await server.client(), says("Hi"))


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
async def test_every_dialect_of_a_stream_is_read(server: Server, end: bytes) -> None:
    server.chat = streamed(
        b": ping - 2026-11-24",
        b"event: message",
        b'data: {"choices":[{"delta":{"role":"assistant","content":null}}],"usage":null}',
        b'data:{"choices":[{"delta":{"reasoning_content":"Hm."}}]}',
        b'data:{"choices":[{"delta":{"content":"Hel"},"finish_reason":null}]}',
        b'data: {"choices":[{"delta":{"content":"lo"},"finish_reason":"eos"}]}',
        b'data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":7,'
        b'"prompt_tokens_details":null}}',
        b"data: [DONE]",
        end=end,
    )
    events = await read(await server.client(), says("Hi"))
    assert events[:2] == [Words("Hel", 1), Words("lo", 1)]
    assert (end_of(events).reason, end_of(events).completion_tokens) == ("stop", 7)


async def test_a_stream_without_usage_is_counted(server: Server) -> None:
    server.chat = HELLO
    assert end_of(await read(await server.client(), says("Hi"))).completion_tokens == 1


async def test_a_stream_that_is_cut_is_not_a_whole_answer(server: Server) -> None:
    server.chat = streamed(b'data: {"choices":[{"delta":{"content":"Hel"}}]}', b"data: [DONE]")
    with pytest.raises(ModelServerBrokeOff):
        await read(await server.client(), says("Hi"))


@pytest.mark.parametrize(
    ("card", "window"),
    [
        (b'{"id":"vllm","max_model_len":8192}', 8192),
        (b'{"id":"llama-server","meta":{"n_ctx":2048,"n_ctx_train":32768}}', 2048),
        (b'{"id":"llama-server","meta":{"n_ctx_train":32768}}', None),
        (b'{"id":"llama-server","meta":null}', None),
        (b'{"id":"mistral","max_context_length":131072}', 131072),
    ],
)
async def test_a_window_is_learned_where_it_is_told(
    server: Server, card: bytes, window: int | None
) -> None:
    server.models = b'{"data":[%s]}' % card
    assert await (await server.client()).window() == window


@pytest.mark.parametrize(
    ("asked", "used"),
    [("mistral", "mistral:latest"), ("b", "b"), ("", None), ("c", None)],
)
async def test_the_model_is_the_one_that_is_named_or_the_only_one(
    server: Server, asked: str, used: str | None
) -> None:
    server.models, server.chat = b'{"data":[{"id":"mistral:latest"},{"id":"b"}]}', HELLO
    client = await server.client(url_model=asked)
    if used is None:
        with pytest.raises(ModelMissing):
            await read(client, says("Hi"))
        return
    await read(client, says("Hi"))
    assert msgspec.json.decode(server.requests[-1][1])["model"] == used


async def test_a_stranger_gets_openai_s_fields_and_nothing_that_tells_members_apart(
    server: Server,
) -> None:
    server.chat = HELLO
    client = await server.client()
    await read(client, says("Hi"), cache_key="member-1", frequency_penalty=0.4, seed=3, stop=("x",))
    head, body = server.requests[-1]
    assert set(msgspec.json.decode(body)) == OPENAI_FIELDS
    assert b"null" not in body
    assert "member-1" not in head + body.decode()
    assert "cookie" not in head.lower()


async def test_a_schema_goes_out_as_openai_writes_it(server: Server) -> None:
    server.chat = HELLO
    schema = {"type": "object", "properties": {"line": {"type": "string"}}}
    await read(await server.client(), says("Hi"), schema=schema)
    asked = msgspec.json.decode(server.requests[-1][1])["response_format"]
    assert asked["type"] == "json_schema"
    assert asked["json_schema"] == {"name": "answer", "strict": True, "schema": schema}


# This address reaches the test's server, and is none of the loopback network's.
ELSEWHERE = "0.0.0.0"  # noqa: S104


@pytest.mark.parametrize("consent", ["", "yes", "http://0.0.0.0:1/v1"])
async def test_nothing_goes_to_another_machine_without_consent_to_that_address(
    server: Server, consent: str
) -> None:
    client = await server.client(ELSEWHERE, consent=consent)
    with pytest.raises(ModelServerNotAgreed):
        await client.health()
    with pytest.raises(ModelServerNotAgreed):
        await client.window()
    with pytest.raises(ModelServerNotAgreed):
        await read(client, says("Hi"))
    assert server.requests == []


async def test_with_consent_the_words_go_and_the_endpoint_says_where(server: Server) -> None:
    server.chat = HELLO
    url = f"http://{ELSEWHERE}:{server.port}/v1"
    client = await server.client(ELSEWHERE, consent=url)
    assert text_of(await read(client, says("Hi"))) == "Hello"
    host = f"{ELSEWHERE}:{server.port}"
    assert client.endpoint == Endpoint("elsewhere", host, encrypted=False, agreed=True)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("http://localhost:11434", "machine"),
        ("http://127.0.0.1:8080/v1", "machine"),
        ("http://[::1]:8080/v1", "machine"),
        ("http://localhost.example.com/v1", "elsewhere"),
        ("http://127.0.0.1.example.com/v1", "elsewhere"),
        ("http://2130706433/v1", "elsewhere"),
        ("https://192.168.1.20/v1", "elsewhere"),
    ],
)
async def test_only_a_loopback_address_is_this_machine(url: str, place: str) -> None:
    stranger = await asyncio.to_thread(Stranger, Inference(url=url))
    assert stranger.endpoint.place == place
    assert stranger.endpoint.agreed == (place == "machine")
    await stranger.aclose()


@pytest.mark.parametrize(
    "settings",
    [
        {"url": "http://host:99999/v1"},
        {"url": "http://localhost/v1", "url_key_file": "no-such-file"},
    ],
)
def test_settings_that_can_t_be_meant_stop_the_start(settings: dict[str, Any]) -> None:
    with pytest.raises(SettingsInvalid, match=r"inference\.url"):
        Stranger(Inference(**settings))


async def test_a_certificate_that_nobody_vouches_for_is_not_talked_to(
    tmp_path: Path, vault: Vault
) -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    unknown = await asyncio.to_thread(identity.load_or_create, vault.household, now)
    async with AsyncExitStack() as stack:
        server = Server(tmp_path, stack)
        await server.open(stack, await asyncio.to_thread(tls.server_context, unknown))
        client = await server.client(url=f"https://localhost:{server.port}/v1")
        with pytest.raises(ModelServerUnreachable):
            await read(client, says("Hi"))
        assert server.requests == []
