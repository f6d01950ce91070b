"""Recognises danger in what a member wrote, before any model answers.

Two readers look at each sentence: the lexicon, which finds phrases and what they stand in (a game, a
film, long ago, a joke), and the head on the embeddings, where that model is there. What is in doubt
goes up. Only what the member wrote just now is assessed: nothing that was recalled, and nothing that
instructs, can lower a verdict.
"""

from collections.abc import Mapping, Sequence
from typing import cast

import msgspec

from futureself_box.futureself.care import reading
from futureself_box.futureself.care.head import Opinion
from futureself_box.futureself.care.labelled import Audience, Channel
from futureself_box.futureself.care.meaning import Meaning, Topic, Verdict
from futureself_box.futureself.care.reading import Sentence

URGENT, CONCERN, DISTRESS = 3, 2, 1
_MOST_PIECES: Mapping[Channel, int] = {"chat": 3, "journal": 120}
_LONGEST_PIECE = 600


class Thresholds(msgspec.Struct, frozen=True):
    """How likely the head must find danger for each to count; set on the development set."""

    veto: float = 0.04
    maybe: float = 0.45
    framed: float = 0.9
    alarm: float = 0.9
    urgent: float = 0.6


THRESHOLDS = Thresholds()


def pieces(sentences: Sequence[Sentence], channel: Channel) -> list[str]:
    """What of a text to embed: the sentences that matter most.

    A short message's sentences together as well would take twice the time, and found one danger more
    in 256 for two false alarms more on 1000 plain days.
    """
    ranked = sorted(sentences, key=lambda one: (-_weight(one), -len(one.written)))
    chosen = [one.written[:_LONGEST_PIECE] for one in ranked[: _MOST_PIECES[channel]]]
    return list(dict.fromkeys(chosen))


def assess(
    sentences: Sequence[Sentence],
    *,
    context: Sequence[str] = (),
    audience: Audience = "adult",
    opinions: Mapping[str, Opinion] | None = None,
) -> Verdict:
    """The verdict on a text. `context`: the member's last two messages. `opinions`: by piece."""
    opinions = opinions or {}
    verdicts = [
        _verdict(one, opinions.get(one.written[:_LONGEST_PIECE]), audience) for one in sentences
    ]
    return _with_context(_highest(verdicts), sentences, context)


def _verdict(sentence: Sentence, opinion: Opinion | None, audience: Audience) -> Verdict:
    sure = [sign for sign in sentence.signs if sign.sure]
    heard = _heard(opinion, framed=sentence.framed, idiom="idiom" in sentence.context)
    if sentence.framed:
        strong = opinion is not None and opinion.danger >= THRESHOLDS.framed
        return _highest([_signed(sure), heard]) if strong and sure else heard
    if sure:
        joking = "laugh" in sentence.context and max(sign.tier for sign in sure) < URGENT
        least = 0.3 if joking else THRESHOLDS.veto
        if opinion is not None and opinion.danger < least:
            return heard
        return _raised(_highest([_signed(sure), heard]), sentence, opinion)
    if sentence.signs and _supported(sentence.signs, opinion, audience):
        return _highest([_signed(sentence.signs), heard])
    return heard


def _supported(signs: Sequence[Meaning], opinion: Opinion | None, audience: Audience) -> bool:
    """Whether doubtful signs count: with the head's support, or two of one topic without a head."""
    if opinion is None:
        return any(sum(one.sort == sign.sort for one in signs) > 1 for sign in signs)
    return opinion.danger >= THRESHOLDS.maybe - (0.1 if audience == "child" else 0)


def _heard(opinion: Opinion | None, *, framed: bool = False, idiom: bool = False) -> Verdict:
    """What the head alone says."""
    if opinion is None:
        return Verdict()
    least = max(opinion.alarm, 0.97 if framed or idiom else 0)
    if opinion.danger < least:
        return Verdict()
    tier = URGENT if opinion.urgent >= THRESHOLDS.urgent else min(opinion.label.tier, CONCERN)
    return Verdict(tier or DISTRESS, opinion.label.topic)


def _raised(verdict: Verdict, sentence: Sentence, opinion: Opinion | None) -> Verdict:
    """A thought of suicide becomes urgent with a sign of a plan beside it."""
    planned = any(sign.tier == URGENT and sign.sort == verdict.topic for sign in sentence.signs)
    urgent = opinion is not None and opinion.urgent >= THRESHOLDS.urgent
    if verdict.tier == CONCERN and (planned or urgent):
        return Verdict(URGENT, verdict.topic)
    return verdict


def _signed(signs: Sequence[Meaning]) -> Verdict:
    sign = max(signs, key=lambda one: one.tier)
    return Verdict(sign.tier, _topic(sign))


def _topic(sign: Meaning) -> Topic:
    return cast("Topic", sign.sort)


def _highest(verdicts: Sequence[Verdict]) -> Verdict:
    return max(verdicts, key=lambda one: one.tier, default=Verdict())


def _with_context(
    verdict: Verdict, sentences: Sequence[Sentence], context: Sequence[str]
) -> Verdict:
    """The last two messages decide between the first tiers, and whether a doubtful sign counts."""
    before = _highest([_signed_only(earlier) for earlier in context[-2:]])
    if verdict.tier == DISTRESS and before.tier >= CONCERN:
        return Verdict(CONCERN, before.topic)
    doubtful = [sign for one in sentences if not one.framed for sign in one.signs]
    if verdict.tier == 0 and before.tier and doubtful:
        return _signed(doubtful)
    return verdict


def _signed_only(text: str) -> Verdict:
    return _highest([_verdict(one, None, "adult") for one in reading.read(text)])


def _weight(sentence: Sentence) -> int:
    signs = 4 * len(sentence.signs) + (8 if any(sign.sure for sign in sentence.signs) else 0)
    return signs + (2 if sentence.own else 0) - (1 if sentence.framed else 0)
