"""A small head on the box's embeddings: how likely a sentence speaks of danger, and of which kind.

It is fitted on the box from the examples in this package whenever the embedding model is another one,
so that it follows the model and no weights are shipped: multinomial logistic regression by stochastic
gradient descent, in plain Python, since the box's process loads no numerics.
"""

import math
import random
from collections.abc import Iterator, Sequence
from operator import mul
from pathlib import Path

import msgspec

from futureself_box.futureself.care import labelled
from futureself_box.futureself.care.meaning import Tier, Topic

EXAMPLES = Path(__file__).with_name("examples")
_EPOCHS = 24
_RATE = 0.6
_DECAY = 2e-5
_HELD_OUT = 6  # every sixth example sets the threshold instead of the weights
_FALSE_ALARMS = 0.01

Vector = Sequence[float]


class Label(msgspec.Struct, frozen=True):
    """What a sentence may be; a topic of None is safe."""

    topic: Topic | None
    tier: Tier


class Opinion(msgspec.Struct, frozen=True):
    """What the head makes of a sentence: how likely danger is and urgent danger, the likeliest
    kind, and from where on its word alone counts."""

    danger: float
    label: Label
    urgent: float
    alarm: float


class Head(msgspec.Struct, frozen=True):
    """The fitted head. `alarm`: from where on its word alone counts."""

    model: str
    labels: tuple[Label, ...]
    centre: list[float]
    scale: float
    weights: list[list[float]]
    biases: list[float]
    alarm: float

    def judge(self, vector: Vector) -> Opinion:
        """What it makes of one embedded sentence."""
        placed = _placed(vector, self.centre, self.scale)
        shares = _shares(placed, self.weights, self.biases)
        rated = list(zip(shares, self.labels, strict=True))
        _, label = max(((s, one) for s, one in rated if one.topic), key=lambda pair: pair[0])
        urgent = sum(share for share, one in rated if one.tier == 3)
        danger = 1 - sum(share for share, one in rated if one.topic is None)
        return Opinion(danger, label, urgent, self.alarm)


class Example(msgspec.Struct, frozen=True):
    """One sentence of which we know what it is."""

    text: str
    label: Label


def examples() -> list[Example]:
    """All sentences that the head is fitted from."""
    return [
        Example(line.text, Label(line.topic, line.tier))
        for path in sorted(EXAMPLES.glob("*.txt"))
        for line in labelled.lines(path.read_text("utf-8"))
    ]


def fit(model: str, known: Sequence[Example], vectors: Sequence[Vector], *, seed: int = 7) -> Head:
    """The head for an embedding model, from the vectors of the examples; seconds of work."""
    labels = tuple(sorted({e.label for e in known}, key=lambda one: (one.topic or "", one.tier)))
    centre = [sum(column) / len(vectors) for column in zip(*vectors, strict=True)]
    scale = 1 / math.sqrt(sum(math.dist(v, centre) ** 2 for v in vectors) / len(vectors))
    placed = [_placed(vector, centre, scale) for vector in vectors]
    pairs = [(v, labels.index(e.label)) for e, v in zip(known, placed, strict=True)]
    held = pairs[::_HELD_OUT]
    trained = [pair for number, pair in enumerate(pairs) if number % _HELD_OUT]
    weights, biases = _descend(trained, len(labels), random.Random(seed))  # noqa: S311 - no secret
    head = Head(model, labels, centre, scale, weights, biases, alarm=0.0)
    safe = labels.index(Label(None, 0))
    rated = sorted(
        1 - _shares(vector, weights, biases)[safe] for vector, label in held if label == safe
    )
    alarm = rated[-1 - int(len(rated) * _FALSE_ALARMS)] if rated else 1.0
    return msgspec.structs.replace(head, alarm=min(max(alarm, 0.7), 0.95))


def _descend(
    pairs: Sequence[tuple[Vector, int]], classes: int, chance: random.Random
) -> tuple[list[list[float]], list[float]]:
    weights = [[0.0] * len(pairs[0][0]) for _ in range(classes)]
    biases = [0.0] * classes
    counts = [1 + sum(label == one for _, label in pairs) for one in range(classes)]
    for epoch in range(_EPOCHS):
        rate = _RATE * (1 - epoch / _EPOCHS) + 0.02
        for vector, label in _shuffled(pairs, chance):
            shares = _shares(vector, weights, biases)
            weight = min(3.0, math.sqrt(len(pairs) / classes / counts[label]))
            for one in range(classes):
                error = ((one == label) - shares[one]) * weight
                if abs(error) > 0.003:
                    step = rate * error
                    weights[one] = [
                        w * (1 - _DECAY) + step * x
                        for w, x in zip(weights[one], vector, strict=True)
                    ]
                    biases[one] += step * 0.1
    return weights, biases


def _shuffled(
    pairs: Sequence[tuple[Vector, int]], chance: random.Random
) -> Iterator[tuple[Vector, int]]:
    order = list(range(len(pairs)))
    chance.shuffle(order)
    for number in order:
        yield pairs[number]


def _placed(vector: Vector, centre: Vector, scale: float) -> list[float]:
    """The vector seen from the middle of the examples: some models keep all texts in a narrow cone."""
    return [(x - middle) * scale for x, middle in zip(vector, centre, strict=True)]


def _shares(vector: Vector, weights: Sequence[Vector], biases: Vector) -> list[float]:
    scores = [sum(map(mul, w, vector)) + b for w, b in zip(weights, biases, strict=True)]
    top = max(scores)
    powers = [math.exp(score - top) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]
