"""Lets weights answer questions before they are taken: the old ones and the new ones side by side.

Each runs in a child of its own that ends again, and the process that serves the household isn't touched.
So weights that can't be loaded, or kill their loader, are found out here.
"""

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from futureself_box.errors import ModelBroken, ModelStarting, ModelTooLarge
from futureself_box.inference import hardware
from futureself_box.inference.hardware import Hardware
from futureself_box.inference.models import Models
from futureself_box.inference.openai import ChatMessage, ChatRequest
from futureself_box.inference.pipe import End, Piece
from futureself_box.settings import Settings

_PATIENCE_S = 300.0  # for loading
_ANSWER_TOKENS = 160
_CONTEXT_TOKENS = 2048


def check_memory(path: Path, machine: Hardware | None = None) -> None:
    """Whether weights fit into this machine at all. Raises ModelTooLarge."""
    machine = machine or hardware.look()
    size = path.stat().st_size
    needed = hardware.needed_bytes(size)
    room = max([machine.memory, *(device.memory for device in machine.devices)])
    if needed > room:
        message = (
            f"{path.name} needs {needed / 1e9:.1f} GB, and this machine has {room / 1e9:.1f} GB."
        )
        raise ModelTooLarge(message)


def answers(
    settings: Settings,
    path: Path,
    questions: Sequence[str],
    hear: Callable[[str, str], None],
) -> None:
    """Ask these weights one after the other; `hear` gets each question with pieces of its answer.

    Raises ModelBroken where they can't answer.
    """
    with tempfile.TemporaryDirectory(prefix="futureself-") as folder:
        inference = msgspec.structs.replace(
            settings.inference,
            model=str(path.absolute()),
            url="",
            streams=1,
            parked_mb=0,
            context_tokens=_CONTEXT_TOKENS,
        )
        own = msgspec.structs.replace(settings, inference=inference, data_folder=folder)
        asyncio.run(_answers(own, questions, hear))


async def _answers(
    settings: Settings, questions: Sequence[str], hear: Callable[[str, str], None]
) -> None:
    models = Models(settings)
    models.start(on_broken=lambda: None)
    try:
        await models.loaded(_PATIENCE_S)
        for question in questions:
            longest = min(_ANSWER_TOKENS, settings.inference.reply_tokens)
            await _answer(models, question, longest, hear)
    except ModelStarting as error:
        raise ModelBroken("The model stopped in the middle of its trial.") from error
    finally:
        models.refuse()
        await models.stop()


async def _answer(
    models: Models, question: str, longest: int, hear: Callable[[str, str], None]
) -> None:
    asked = ChatRequest(messages=(ChatMessage("user", question),), max_tokens=longest)
    call = await models.chat(asked)
    try:
        while not isinstance(news := await call.next(), End):
            if isinstance(news, Piece):
                hear(question, news.text)
    finally:
        call.close()
