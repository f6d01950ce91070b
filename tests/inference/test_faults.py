"""What happens when the model, its child or the whole process fails, or too many people ask."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import psutil
import pytest

from futureself_box.bench.running_box import eventually
from futureself_box.errors import ModelBroken, ModelBusy, ModelMissing, ModelStarting
from futureself_box.inference.client import Event, InferenceClient, Reading, Waiting, Words
from tests.inference.conftest import STORY, Inference, end_of, read, says

pytestmark = pytest.mark.timeout(90)
MakeInference = Callable[..., Inference]
READS_FOR_SECONDS = says("The sea was calm and the boat was old. " * 380)


@asynccontextmanager
async def talking(inference: Inference) -> AsyncIterator[InferenceClient]:
    client = await asyncio.to_thread(InferenceClient, inference.socket)
    try:
        yield client
    finally:
        await client.aclose()


async def first(events: AsyncIterator[Event], kind: type[Event]) -> Event:
    async for event in events:
        if isinstance(event, kind):
            return event
    raise AssertionError(f"no {kind.__name__} came")


async def test_a_killed_child_fails_the_answer_and_a_retry_works(
    models: Path, make_inference: MakeInference
) -> None:
    inference = make_inference(models)
    inference.start()
    inference.wait_for("ready")
    async with talking(inference) as client:
        async with aclosing(client.chat(says(STORY), max_tokens=3000)) as events:
            await first(events, Words)
            child = inference.child("language")
            assert child is not None
            child.kill()
            with pytest.raises(ModelStarting):
                async for _ in events:
                    pass
        await asyncio.to_thread(inference.wait_for, "ready")
        assert end_of(await read(client, says("Hi"))).completion_tokens > 0


async def test_a_killed_server_fails_the_answer_and_takes_its_children_along(
    models: Path, make_inference: MakeInference
) -> None:
    inference = make_inference(models)
    inference.start()
    inference.wait_for("ready")
    child = inference.child("language")
    assert child is not None
    async with talking(inference) as client:
        async with aclosing(client.chat(says(STORY), max_tokens=3000)) as events:
            await first(events, Words)
            inference.kill()
            with pytest.raises(ModelStarting):
                async for _ in events:
                    pass
        with pytest.raises(ModelStarting):
            await client.health()
    await asyncio.to_thread(eventually, lambda: not psutil.pid_exists(child.pid))


async def test_a_stop_ends_answers_with_an_error_and_leaves_nothing(
    models: Path, make_inference: MakeInference
) -> None:
    inference = make_inference(models)
    inference.start()
    inference.wait_for("ready")
    async with talking(inference) as client:
        async with aclosing(client.chat(says(STORY), max_tokens=3000)) as events:
            await first(events, Words)
            stopping = asyncio.create_task(asyncio.to_thread(inference.stop))
            with pytest.raises(ModelStarting):
                async for _ in events:
                    pass
        assert await stopping == 0
    assert not inference.socket.exists()


async def test_those_in_line_hear_their_place_and_one_too_many_is_sent_away(
    models: Path, make_inference: MakeInference
) -> None:
    inference = make_inference(
        models, FUTURESELF_INFERENCE_QUEUE_LENGTH="2", FUTURESELF_INFERENCE_STREAMS="1"
    )
    inference.start()
    inference.wait_for("ready")
    async with talking(inference) as client:
        running = client.chat(READS_FOR_SECONDS, max_tokens=5)
        async with aclosing(running):
            await first(running, Reading)
            second, third = (client.chat(says("Hi"), max_tokens=3) for _ in range(2))
            async with aclosing(second), aclosing(third):
                assert await anext(second) == Waiting(1)
                assert await anext(third) == Waiting(2)
                refused = await asyncio.to_thread(inference.chat, ("user", "Hi"))
                assert refused.status_code == 429
                assert int(refused.headers["retry-after"]) > 0
                with pytest.raises(ModelBusy):
                    await read(client, says("Hi"))
                await second.aclose()
                assert await anext(third) == Waiting(1)
                await running.aclose()
                assert isinstance([event async for event in third][-2], Words)


async def test_without_a_model_it_says_so_until_one_comes(
    models: Path, make_inference: MakeInference
) -> None:
    inference = make_inference(None)
    inference.start()
    assert inference.wait_for("model_missing")["model"] is None
    async with talking(inference) as client:
        with pytest.raises(ModelMissing):
            await read(client, says("Hi"))
        with pytest.raises(ModelMissing):
            await client.embed(["Hi"])
        inference.use("language", models / "language")
        await asyncio.to_thread(inference.wait_for, "ready")
        assert end_of(await read(client, says("Hi"))).completion_tokens > 0


@pytest.mark.parametrize("kept", [0, 3, 1000, 1_000_000, 60_000_000])
async def test_a_broken_model_is_refused_until_another_is_used(
    models: Path, make_inference: MakeInference, tmp_path: Path, kept: int
) -> None:
    broken = tmp_path / "broken.gguf"
    with (models / "language").open("rb") as whole:
        broken.write_bytes(whole.read(kept))
    inference = make_inference(models)
    inference.use("language", broken)
    inference.start()
    inference.wait_for("model_broken")
    async with talking(inference) as client:
        with pytest.raises(ModelBroken, match=r"broken\.gguf"):
            await read(client, says("Hi"))
    assert not inference.events("child_ended")
    inference.use("language", models / "language")
    inference.wait_for("ready")


async def test_a_model_that_llama_cpp_refuses_is_not_tried_again(
    models: Path, make_inference: MakeInference, tmp_path: Path
) -> None:
    odd = tmp_path / "odd.gguf"
    data = bytearray((models / "language").read_bytes())
    key = b"general.architecture" + (8).to_bytes(4, "little") + (5).to_bytes(8, "little")
    at = data.index(key) + len(key)
    data[at : at + 5] = b"ollam"
    odd.write_bytes(data)
    inference = make_inference(models)
    inference.use("language", odd)
    inference.start()
    inference.wait_for("model_broken")
    # It is called broken while its process still ends.
    assert len(eventually(lambda: inference.events("child_ended"))) == 1


async def test_other_weights_take_over_when_nobody_waits(
    models: Path, make_inference: MakeInference, tmp_path: Path
) -> None:
    other = tmp_path / "other.gguf"
    os.link((models / "language").resolve(), other)
    inference = make_inference(models)
    inference.start()
    inference.wait_for("ready")
    inference.use("language", other)
    eventually(lambda: inference.get("/health")["model"] == "other")
    inference.wait_for("ready")


def test_the_model_of_the_settings_wins(models: Path, make_inference: MakeInference) -> None:
    missing = make_inference(models, FUTURESELF_INFERENCE_MODEL="nowhere.gguf")
    missing.start()
    missing.wait_for("model_missing")
    assert "nowhere.gguf" in missing.chat(("user", "Hi")).json()["error"]["message"]


def test_a_second_server_and_a_long_path_are_refused(
    models: Path, make_inference: MakeInference, tmp_path: Path
) -> None:
    inference = make_inference(models)
    inference.start()
    again = inference.run_again()
    assert (again.returncode, "already running" in again.stderr) == (78, True)
    far = Inference(tmp_path / ("far" * 40), None)
    refused = far.run_again()
    assert (refused.returncode, "too long" in refused.stderr) == (78, True)
    assert inference.wait_for("ready")


def test_a_socket_left_behind_by_a_kill_is_no_obstacle(
    models: Path, make_inference: MakeInference
) -> None:
    inference = make_inference(models)
    inference.start()
    inference.kill()
    assert inference.socket.exists()
    inference.start()
    assert inference.socket.stat().st_mode & 0o777 == 0o660
    assert inference.wait_for("ready")


def test_ctrl_c_in_a_terminal_stops_it_without_a_traceback(
    models: Path, make_inference: MakeInference
) -> None:
    inference = make_inference(models)
    inference.start()
    inference.wait_for("ready")
    assert inference.stop(signal.SIGINT) == 0
    assert "Traceback" not in inference.log.read_text()
