"""A long conversation through the turn that answers at home: what the engine has read stays read."""

import shutil
from pathlib import Path

import pytest

from futureself_box.bench import talking
from futureself_box.futureself.care import watch
from tests.inference.conftest import Inference, inference

__all__ = ["inference"]


@pytest.mark.timeout(600)
def test_a_long_conversation_is_not_read_again(
    inference: Inference, models: Path, tmp_path: Path, soak: bool
) -> None:
    shutil.copy(models.parent / watch.FILE, tmp_path / watch.FILE)
    talked = talking.talking(tmp_path, inference.socket, 40 if soak else 4)
    assert talked.reused >= 0.95
    assert talked.overhead_p95_ms > 0
