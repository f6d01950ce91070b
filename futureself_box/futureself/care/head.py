"""A small head on the box's embeddings: how likely a sentence speaks of danger, and of which kind.

It is fitted on the box from the examples in this package whenever the embedding model is another one,
so that it follows the model and no weights are shipped: kernel ridge regression, which weighs a
sentence by the examples near it. On these examples it found half as many again as a linear head at
the same false alarms. Where its word counts is read from what each example would have got without
itself, which this regression gives for free.
"""

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt

from futureself_box.futureself.care import labelled
from futureself_box.futureself.care.meaning import Tier, Topic

EXAMPLES = Path(__file__).with_name("examples")
_NEARNESS = 1.0  # of the Gaussian kernel, in mean squared distances of the examples
_RIDGE = 0.1
_FALSE_ALARMS = 0.004
_LEAST_ALARM, _MOST_ALARM = 0.5, 0.9
_URGENT = 3

Floats: TypeAlias = npt.NDArray[np.float32]


class Label(msgspec.Struct, frozen=True):
    """What a sentence may be; a topic of None is safe."""

    topic: Topic | None
    tier: Tier


class Opinion(msgspec.Struct, frozen=True):
    """What the head makes of a sentence: how likely danger is and urgent danger, the likeliest
    kind, and from where on its word alone counts.
    """

    danger: float
    label: Label
    urgent: float
    alarm: float


class Head(msgspec.Struct, frozen=True):
    """The fitted head: the examples' float32 vectors, and what each adds to every label.

    Vectors are seen from `centre`, scaled: some models keep all texts in a narrow cone.
    """

    model: str
    labels: tuple[Label, ...]
    centre: bytes
    scale: float
    known: bytes
    weights: bytes
    usual: bytes
    alarm: float

    def judge(self, vectors: Floats) -> list[Opinion]:
        """What it makes of embedded sentences, a row each."""
        centre = _floats(self.centre)
        known = _floats(self.known).reshape(-1, len(centre))
        weights = _floats(self.weights).reshape(-1, len(self.labels))
        near = _nearness((vectors - centre) * np.float32(self.scale), known)
        return [self._opinion(row) for row in near @ weights + _floats(self.usual)]

    def _opinion(self, shares: Floats) -> Opinion:
        rated = [(float(share), one) for share, one in zip(shares, self.labels, strict=True)]
        _, label = max(((s, one) for s, one in rated if one.topic), key=lambda pair: pair[0])
        safe = sum(share for share, one in rated if one.topic is None)
        urgent = sum(share for share, one in rated if one.tier == _URGENT)
        return Opinion(1 - safe, label, urgent, self.alarm)


class Example(msgspec.Struct, frozen=True):
    """One sentence of which we know what it is."""

    text: str
    label: Label


@cache
def examples() -> tuple[Example, ...]:
    """All sentences that the head is fitted from."""
    return tuple(
        Example(line.text, Label(line.topic, line.tier))
        for path in sorted(EXAMPLES.glob("*.txt"))
        for line in labelled.lines(path.read_text("utf-8"))
    )


@cache
def fingerprint() -> str:
    """Names the examples and this module, so that a head of older ones is fitted anew."""
    files = [Path(__file__), *sorted(EXAMPLES.glob("*.txt"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def fit(model: str, known: Sequence[Example], vectors: Floats) -> Head:
    """The head for an embedding model, from the vectors of the examples."""
    labels = tuple(sorted({e.label for e in known}, key=lambda one: (one.topic or "", one.tier)))
    which = np.array([labels.index(example.label) for example in known])
    centre = vectors.mean(axis=0)
    scale = np.float32(1 / np.sqrt(((vectors - centre) ** 2).sum(axis=1).mean()))
    placed = (vectors - centre) * scale
    wanted = np.eye(len(labels), dtype=np.float32)[which]
    usual = wanted.mean(axis=0)
    near = _nearness(placed, placed)
    np.einsum("ii->i", near)[...] += _RIDGE
    solved = np.linalg.inv(near)
    weights = solved @ (wanted - usual)
    alone = wanted - weights / np.diag(solved)[:, None]
    safe = labels.index(Label(None, 0))
    alarm = float(np.quantile(1 - alone[which == safe, safe], 1 - _FALSE_ALARMS))
    return Head(
        model,
        labels,
        _bytes(centre),
        float(scale),
        _bytes(placed),
        _bytes(weights),
        _bytes(usual),
        min(max(alarm, _LEAST_ALARM), _MOST_ALARM),
    )


def _nearness(some: Floats, others: Floats) -> Floats:
    # In place: of thousands of examples each matrix takes 50 MB.
    near = np.asarray(some @ others.T, np.float32)
    near *= 2 * _NEARNESS
    near -= _NEARNESS * (some**2).sum(axis=1)[:, None]
    near -= _NEARNESS * (others**2).sum(axis=1)
    return np.exp(near, out=near)


def _floats(kept: bytes) -> Floats:
    return np.frombuffer(kept, np.float32)


def _bytes(numbers: npt.NDArray[np.floating]) -> bytes:
    return numbers.astype(np.float32).tobytes()
