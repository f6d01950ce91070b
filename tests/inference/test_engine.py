"""The engine's patience with a child that dies."""

import asyncio
from pathlib import Path

import pytest

from futureself_box.bench.running_box import eventually
from futureself_box.errors import ModelBroken, ModelStarting
from futureself_box.inference.child import Child
from futureself_box.inference.engine import Engine
from futureself_box.inference.pipe import Load
from futureself_box.inference.weights import Identity
from futureself_box.settings import Settings


def weights(number: int) -> Identity:
    return Identity("any", Path("any.gguf"), number, 1, 1)


async def test_a_model_that_kills_its_loader_is_left_alone_until_another_comes() -> None:
    file = 1
    engine = Engine(
        "tests.inference.dying_child",
        Settings(),
        locate=lambda: weights(file),
        check=lambda _: None,
    )
    with pytest.raises(ModelStarting):
        engine.check_ready()
    running = asyncio.create_task(engine.run())
    await engine.settled(20)
    with pytest.raises(ModelBroken, match="loader crash"):
        engine.check_ready()
    file = 2
    await asyncio.to_thread(eventually, lambda: isinstance(engine.trouble, ModelStarting))
    running.cancel()
    await asyncio.wait({running})


async def test_a_cancelled_start_leaves_no_process_and_no_pipe() -> None:
    load = Load("any.gguf", Settings().inference, Settings().log)
    starting = asyncio.create_task(Child.start("tests.inference.dying_child", load))
    await asyncio.sleep(0)
    starting.cancel()
    await asyncio.wait({starting})
    assert starting.cancelled()
