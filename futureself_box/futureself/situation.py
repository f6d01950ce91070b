"""How a member is and what they are at, read from their last messages without a model.

Everything is found by words, so every answer can be explained by them, and nothing of it is kept:
only the mode that follows from it is written down, with its reason.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Literal

import msgspec

from futureself_box.futureself.languages.lexicon import (
    Lexicon,
    fold,
    found,
    has,
    language_of,
    lexicon,
    pattern,
)

Topic = Literal["plan", "win", "stuck", "meaning", "decision", "venting", "challenge"]
TOPICS: tuple[Topic, ...] = (
    "plan",
    "win",
    "stuck",
    "meaning",
    "decision",
    "venting",
    "challenge",
)

# What was said before counts less, and what was said before that less again.
_WEIGHTS = (1.0, 0.5, 0.25)
_REACH_OF_NEGATION = 3
_MOST_WORDS_OF_AN_ANSWER = 6
_NIGHT_ENDS, _NIGHT_BEGINS = 5, 23


class Situation(msgspec.Struct, frozen=True):
    """What the last messages say.

    `valence` is -1 (low) to 1 (bright), `arousal` 0 (calm) to 1; `topics` weigh 0 to 1. `distress`
    and `grief` are how many messages ago that was last heard, 0 being the newest; None: not at all.
    """

    language: str = "en"
    valence: float = 0.0
    arousal: float = 0.0
    distress: int | None = None
    grief: int | None = None
    topics: Mapping[Topic, float] = {}
    at_night: bool = False
    says: Literal["yes", "no"] | None = None

    @property
    def heavy(self) -> int | None:
        """How many messages ago distress or grief was last heard."""
        heard = [ago for ago in (self.distress, self.grief) if ago is not None]
        return min(heard, default=None)


def read(messages: Sequence[str], *, hour: int) -> Situation:
    """The situation in a member's last messages, newest first; `hour` is that of their day."""
    language = language_of(messages)
    words = lexicon(language)
    texts = [fold(message) for message in messages[: len(_WEIGHTS)]]
    return Situation(
        language=language,
        valence=_mean([_valence(words, text) for text in texts]),
        arousal=_mean([_arousal(words, *both) for both in zip(texts, messages, strict=False)]),
        distress=_last(words.affect.distress, texts),
        grief=_last(words.affect.grief, texts),
        topics=_topics(words, texts),
        at_night=hour < _NIGHT_ENDS or hour >= _NIGHT_BEGINS,
        says=_answer(words, texts[0]) if texts else None,
    )


def _valence(words: Lexicon, text: str) -> float:
    tokens = text.split()
    bright = low = 0
    for weight, kind in ((1, words.affect.bright), (-1, words.affect.low)):
        for at, token in enumerate(tokens):
            if not has(kind, token):
                continue
            before = " ".join(tokens[max(0, at - _REACH_OF_NEGATION) : at])
            if (weight > 0) != has(words.negations, before):
                bright += 1
            else:
                low += 1
    low += sum(1 for phrase in found(words.affect.low, text) if " " in phrase)
    return (bright - low) / (bright + low + 1) if bright or low else 0.0


def _arousal(words: Lexicon, text: str, message: str) -> float:
    letters = [letter for letter in message if letter.isalpha()]
    loud = len(letters) > 8 and sum(letter.isupper() for letter in letters) > len(letters) / 2
    marks = min(message.count("!"), 3)
    return min(1.0, 0.4 * len(found(words.affect.stirred, text)) + 0.2 * marks + 0.4 * loud)


def _mean(values: Sequence[float]) -> float:
    weights = _WEIGHTS[: len(values)]
    total = sum(weights)
    return sum(w * v for w, v in zip(weights, values, strict=True)) / total if total else 0.0


def _last(words: tuple[str, ...], texts: Sequence[str]) -> int | None:
    return next((ago for ago, text in enumerate(texts) if has(words, text)), None)


def _topics(words: Lexicon, texts: Sequence[str]) -> dict[Topic, float]:
    weights: dict[Topic, float] = {}
    for weight, text in zip(_WEIGHTS, texts, strict=False):
        for topic in TOPICS:
            if _is_at(words, topic, text):
                weights.setdefault(topic, weight)
    return weights


def _is_at(words: Lexicon, topic: Topic, text: str) -> bool:
    for match in pattern(getattr(words.topics, topic)).finditer(text):
        before = text[: match.start()].split()[-1:]
        if topic != "decision" or not has(words.decisions.not_after, " ".join(before)):
            return True
    return False


def _answer(words: Lexicon, text: str) -> Literal["yes", "no"] | None:
    # A short message only: "no" within a long one answers nothing.
    tokens = text.split()
    if not 0 < len(tokens) <= _MOST_WORDS_OF_AN_ANSWER:
        return None
    beginnings = [tokens[0].strip(",.!")] + [
        " ".join(pair).strip(",.!") for pair in pairwise(tokens)
    ]
    for says, kind in (("no", words.answers.no), ("yes", words.answers.yes)):
        if any(has(kind, beginning) for beginning in beginnings[:2]):
            return says  # type: ignore[return-value]
    return None
