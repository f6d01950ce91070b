"""Files with random weights are models like any other, of every type."""

from pathlib import Path

import pytest

from futureself_box.inference import gguf, random_weights
from futureself_box.inference.llama import Llama
from futureself_box.inference.random_weights import MISTRAL_7B, Shape

SMALL = Shape(width=256, layers=8, heads=4, kv_heads=2, feed_forward=512, vocabulary=256)


@pytest.mark.parametrize("file_type", random_weights.TYPES)
def test_a_file_of_any_type_decodes(tmp_path: Path, file_type: str) -> None:
    path = tmp_path / "model.gguf"
    random_weights.write(path, SMALL, file_type)
    assert gguf.read(path).file_type == file_type
    model = Llama(path, context_tokens=256, threads=1, gpu_layers=0, batch_tokens=64)
    model.prefill(range(64), 0, last=True)
    assert model.is_finite()


def test_the_same_seed_writes_the_same_file(tmp_path: Path) -> None:
    one, same, other = (tmp_path / name for name in ("one", "same", "other"))
    random_weights.write(one, SMALL, "Q4_0")
    random_weights.write(same, SMALL, "Q4_0")
    random_weights.write(other, SMALL, "Q4_0", seed=1)
    assert one.read_bytes() == same.read_bytes() != other.read_bytes()


def test_a_mistral_7b_has_its_parameters() -> None:
    assert MISTRAL_7B.parameters == 7_248_023_552
