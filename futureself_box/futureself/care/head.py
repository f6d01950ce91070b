"""A small head on the box's embeddings: how likely a sentence speaks of danger, and of which kind.

It is fitted on the box from the examples in this package whenever the embedding model is another one,
so that it follows the model and no weights are shipped: multinomial logistic regression, a second of
work beside the embedding of the examples.
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
_STEPS = 600
_RATE = 4.0
_MOMENTUM = 0.9
_RIDGE = 3e-4
_HELD_OUT = 6  # every sixth example sets the threshold instead of the weights
_FALSE_ALARMS = 0.01
_LEAST_ALARM, _MOST_ALARM = 0.7, 0.97
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
    """The fitted head: a row of float32 weights for each label, the last one its bias.

    Vectors are seen from `centre`, scaled: some models keep all texts in a narrow cone.
    """

    model: str
    labels: tuple[Label, ...]
    centre: bytes
    scale: float
    weights: bytes
    alarm: float

    def judge(self, vectors: Floats) -> list[Opinion]:
        """What it makes of embedded sentences, a row each."""
        weights = np.frombuffer(self.weights, np.float32).reshape(len(self.labels), -1)
        centre = np.frombuffer(self.centre, np.float32)
        shares = _shares(_placed(vectors, centre, self.scale), weights)
        return [self._opinion(row) for row in shares]

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
    scale = float(1 / np.sqrt(((vectors - centre) ** 2).sum(axis=1).mean()))
    placed = _placed(vectors, centre, scale)
    held = np.arange(len(known)) % _HELD_OUT == 0
    weights = _descend(placed[~held], which[~held], len(labels))
    safe = labels.index(Label(None, 0))
    rated = 1 - _shares(placed[held & (which == safe)], weights)[:, safe]
    alarm = float(np.quantile(rated, 1 - _FALSE_ALARMS))
    return Head(
        model,
        labels,
        centre.astype(np.float32).tobytes(),
        scale,
        weights.tobytes(),
        min(max(alarm, _LEAST_ALARM), _MOST_ALARM),
    )


def _descend(placed: Floats, which: npt.NDArray[np.int64], labels: int) -> Floats:
    """Gradient descent with momentum; rare labels weigh more, by the root of how rare they are."""
    wanted = np.eye(labels, dtype=np.float32)[which]
    rarity = np.sqrt(len(which) / labels / wanted.sum(axis=0))
    each = np.minimum(3.0, rarity)[which][:, None]
    weights = np.zeros((labels, placed.shape[1]), np.float32)
    moving = np.zeros_like(weights)
    for _ in range(_STEPS):
        errors = (_shares(placed, weights) - wanted) * each
        moving = _MOMENTUM * moving - _RATE * (errors.T @ placed / len(which) + _RIDGE * weights)
        weights = np.asarray(weights + moving, np.float32)
    return weights


def _placed(vectors: Floats, centre: Floats, scale: float) -> Floats:
    seen = (vectors - centre) * scale
    return np.concatenate([seen, np.ones((len(seen), 1), np.float32)], axis=1).astype(np.float32)


def _shares(placed: Floats, weights: Floats) -> Floats:
    scores = placed @ weights.T
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)
