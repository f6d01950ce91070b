"""A whole box whose words are answered by llama-cpp-python's own server."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path

import msgspec
import pytest

from futureself_box.api.frames import ChatAccepted, ChatCancel, ChatDelta, ChatDone, ChatSend, Error
from futureself_box.bench.running_box import Device, Phone, RunningBox
from tests.stranger import HELLO, KEY, LlamaServer, WireServer

pytestmark = pytest.mark.timeout(90)

_numbers = count(1)
LONG = "Tell me in many sentences what an ordinary day of yours is like."


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[LlamaServer]:
    server = LlamaServer(tmp_path_factory.mktemp("stranger"), models)
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, stranger: LlamaServer) -> Iterator[RunningBox]:
    """A box without a model of its own that talks to the stranger."""
    variables = {
        "FUTURESELF_INFERENCE_URL": stranger.url,
        "FUTURESELF_INFERENCE_URL_KEY_FILE": str(stranger.key_file),
        "FUTURESELF_INFERENCE_REPLY_TOKENS": "64",
        "FUTURESELF_INFERENCE_REPLY_SENTENCES": "100",
    }
    with RunningBox(tmp_path_factory.mktemp("served"), None, **variables) as running:
        yield running


@pytest.fixture(scope="module")
def owner(served: RunningBox) -> Device:
    return served.set_up()


@pytest.fixture
def device(owner: Device) -> Device:
    """A new member's."""
    return owner.invite(f"Ada {next(_numbers)}")


async def error_of(phone: Phone) -> Error:
    while True:
        frame = await phone.receive()
        if isinstance(frame, Error):
            return frame


async def test_a_turn_is_answered_and_every_member_sees_by_whom(
    served: RunningBox, stranger: LlamaServer, device: Device
) -> None:
    async with device.phone() as phone:
        sent = await phone.say("Hello, who are you? The word is canary.")
        text, done = await phone.read()
    assert done.tokens > 0
    said, reply = device.conversation()
    assert (said["text"], reply["text"]) == (sent.text, text.strip())
    model = device.invite("Bea").call("GET", "/api/status")["model"]
    assert (model["name"], model["state"]) == ("starter", "ready")
    host = f"127.0.0.1:{stranger.port}"
    assert model["answers"] == {
        "place": "machine",
        "host": host,
        "encrypted": True,
        "agreed": True,
    }
    assert not served.processes("futureself_box.inference.language")
    assert f"goes to {host}" in served.log
    assert "canary" not in served.log
    assert KEY not in served.log


async def test_cancel_stops_the_answer_and_the_next_is_given(device: Device) -> None:
    async with device.phone() as phone:
        await phone.say(LONG)
        turn = (await phone.receive_a(ChatAccepted)).turn
        first = await phone.receive_a(ChatDelta)
        await phone.send(ChatCancel(id="stop", turn=turn))
        rest, done = await phone.read(turn, first.sequence)
        assert done.outcome == "cancelled"
        assert device.conversation()[-1]["text"] == (first.text + rest).strip()
        sent = await phone.say("Hello?")
        assert (await phone.receive_a(ChatAccepted)).message == sent.message


async def killed_within_an_answer(phone: Phone, stranger: LlamaServer) -> ChatSend:
    """The message whose answer broke off. One that was whole before the kill came is asked for again."""
    while True:
        sent = await phone.say(LONG)
        await phone.receive_a(ChatDelta)
        stranger.kill()
        frame = await phone.receive()
        while not isinstance(frame, Error | ChatDone):
            frame = await phone.receive()
        if isinstance(frame, Error):
            assert frame.code == "model_server_broke_off"
            return sent
        stranger.start()


async def test_a_server_that_dies_loses_no_message(
    served: RunningBox, stranger: LlamaServer, device: Device
) -> None:
    async with device.phone() as phone:
        sent = await killed_within_an_answer(phone, stranger)
        await phone.send(sent)
        assert (await error_of(phone)).code == "model_server_unreachable"
        assert served.request("GET", "/ready").json()["inference"] == "model_server_unreachable"
        stranger.start()
        await phone.send(sent)
        text, _ = await phone.read()
    said, reply = device.conversation()[-2:]
    assert (said["text"], reply["text"]) == (LONG, text.strip())


async def test_a_message_longer_than_its_window_is_refused_with_the_reason(
    device: Device,
) -> None:
    async with device.phone() as phone:
        await phone.say("hello there " * 600)
        assert (await error_of(phone)).code == "context_length_exceeded"


async def test_a_small_window_that_the_server_tells_is_kept_to(tmp_path: Path) -> None:
    server = WireServer()
    server.models, server.chat = b'{"data":[{"id":"small","max_model_len":600}]}', HELLO
    async with AsyncExitStack() as stack:
        await server.open(stack)
        url = f"http://127.0.0.1:{server.port}/v1"
        box = RunningBox(
            tmp_path,
            None,
            FUTURESELF_INFERENCE_URL=url,
            FUTURESELF_INFERENCE_REPLY_SENTENCES="100",
        )
        await asyncio.to_thread(box.start)
        stack.push_async_callback(asyncio.to_thread, box.stop)
        await asyncio.to_thread(box.wait_until_ready)
        device = await asyncio.to_thread(box.set_up)
        async with device.phone() as phone:
            await phone.say("Hello?")
            assert (await phone.read())[0].startswith("Hello")
    asked = msgspec.json.decode(server.requests[-1][1])
    assert (asked["model"], asked["max_tokens"]) == ("small", 300)


async def test_without_the_owner_s_yes_no_word_leaves_and_all_else_goes_on(
    tmp_path: Path,
) -> None:
    url = "http://model.example:11434/v1"
    box = RunningBox(
        tmp_path,
        None,
        FUTURESELF_INFERENCE_URL=url,
        FUTURESELF_INFERENCE_REPLY_SENTENCES="100",
    )
    box.start()
    try:
        box.wait_until_up()
        device = box.set_up()
        async with device.phone() as phone:
            await phone.say("Hello?")
            error = await error_of(phone)
        assert error.code == "model_server_not_agreed"
        assert "inference.consent" in error.hint
        assert box.request("GET", "/ready").json()["inference"] == error.code
        assert [said["text"] for said in device.conversation()] == ["Hello?"]
        entry = {"text": "Sea", "day": "2026-11-24", "written_at": "2026-11-24T21:30:00+01:00"}
        device.call("POST", "/api/journal", entry)
        assert [kept["body"] for kept in device.call("GET", "/api/journal")["items"]] == [entry]
        assert "Until then nobody gets an answer" in box.log
    finally:
        box.stop()
