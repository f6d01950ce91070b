"""A child of the inference parent leaves by itself when nobody is there any more."""

from pathlib import Path

from futureself_box.inference.child import Child
from futureself_box.inference.pipe import Embed, Load, Ready
from futureself_box.settings import Inference, Log


async def test_an_answer_that_nobody_takes_is_no_failure(models: Path) -> None:
    weights = models / "multilingual-e5-small.q4.bin"
    child = await Child.start(
        "futureself_box.inference.embeddings", Load(str(weights), Inference(), Log())
    )
    assert isinstance(await child.receive(), Ready)
    # The pipe is gone before the first of these is answered.
    child.send(Embed(1, ("The river is wide. " * 20,)))
    assert await child.stop() == 0
