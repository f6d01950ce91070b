"""Which mode answers a message, and why: rules in code, so that no prompt can talk them away.

What the member chose comes first, then distress and grief, then what they are at. A mode changes
only where something speaks clearly for another one, and then it stays for some turns.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from futureself_box.futureself.modes.mode import NAMES, ModeName
from futureself_box.futureself.situation import Situation, Topic

Why = Literal[
    "chosen",
    "distress",
    "grief",
    "plan",
    "win",
    "stuck",
    "meaning",
    "decision",
    "venting",
    "challenge",
    "leave",
    "low",
    "bright",
    "night",
    "start",
    "steady",
]

FLOOR = 0.55
"""How clearly something must speak for another mode."""
HOLD = 4
"""For so many turns a mode stays."""
FIRST: ModeName = "mentor"
NOT_FOR_CHILDREN: frozenset[ModeName] = frozenset({"challenger", "cheerleader"})
NOT_IN_DISTRESS: frozenset[ModeName] = frozenset({"challenger", "cheerleader"})

_MARGIN = 0.1
_LEAVE_NOT_AGAIN = 8
_FOR_TOPIC: dict[Topic, tuple[ModeName, float]] = {
    "plan": ("strategist", 0.8),
    "win": ("cheerleader", 0.85),
    "stuck": ("challenger", 0.75),
    "meaning": ("mentor", 0.7),
    "decision": ("mentor", 0.75),
    "venting": ("companion", 0.75),
    "challenge": ("challenger", 0.95),
}
_LOW, _BRIGHT = -0.3, 0.3
# These are heard at once; a mode that was begun a turn ago does not hold against them.
_AT_ONCE: frozenset[Why] = frozenset(
    {"chosen", "distress", "grief", "low", "venting", "challenge", "leave"}
)
_NOTHING: frozenset[Why] = frozenset({"start", "steady"})


class Given(msgspec.Struct, frozen=True):
    """How an earlier reply was given."""

    mode: ModeName
    why: Why = "steady"
    asked_leave: bool = False


class Wishes(msgspec.Struct, frozen=True):
    """What the member said about modes.

    `chosen` is the one that they chose, `chosen_ago` how many of their messages ago. `declined` are
    changes that they took back, as reasons with the modes that shall not come for them.
    """

    chosen: ModeName | None = None
    chosen_ago: int = 0
    declined: Mapping[str, tuple[str, ...]] = {}


class Choice(msgspec.Struct, frozen=True):
    """The mode of a reply. Where `asks_leave`, it asks whether the Challenger may speak next."""

    mode: ModeName
    why: Why
    asks_leave: bool = False


def choose(situation: Situation, given: Sequence[Given], wishes: Wishes, *, child: bool) -> Choice:
    """The mode that answers the newest message; `given` are the replies before, newest first."""
    barred = NOT_FOR_CHILDREN if child else frozenset[ModeName]()
    given = _without_declined(given, wishes)
    if situation.heavy is not None:
        return _heavy(situation, wishes)
    if wishes.chosen is not None and wishes.chosen not in barred:
        return Choice(wishes.chosen, "chosen")
    now = given[0].mode if given and given[0].mode not in barred else None
    if now and given[0].asked_leave and situation.says == "yes" and "challenger" not in barred:
        return Choice("challenger", "leave")
    scores = {name: score for name, score in _scores(situation, wishes) if name not in barred}
    best = max(scores, key=lambda name: scores[name][0])
    score, why = scores[best]
    rests = 0.0 if now is None else scores[now][0]
    clear = score >= FLOOR and score >= rests + _MARGIN
    if best == now or not clear or (_holds(given) and why not in _AT_ONCE):
        return _stay(now, situation)
    if best == "challenger" and why != "challenge":
        return _ask_leave(now, situation, given)
    return Choice(best, why)


def _without_declined(given: Sequence[Given], wishes: Wishes) -> Sequence[Given]:
    """The replies as if the change that the member took back had not come."""
    for at, reply in enumerate(given):
        if reply.mode != given[0].mode:
            break
        if reply.mode in wishes.declined.get(reply.why, ()):
            return given[at + 1 :]
    return given


def _heavy(situation: Situation, wishes: Wishes) -> Choice:
    # Only what was chosen since then is a choice about it, and these two never are one.
    since = wishes.chosen is not None and wishes.chosen_ago <= (situation.heavy or 0)
    if since and wishes.chosen and wishes.chosen not in NOT_IN_DISTRESS:
        return Choice(wishes.chosen, "chosen")
    return Choice("companion", "distress" if situation.distress is not None else "grief")


def _scores(situation: Situation, wishes: Wishes) -> Iterator[tuple[ModeName, tuple[float, Why]]]:
    reasons = [
        (name, strength, why)
        for name, strength, why in _reasons(situation)
        if name not in wishes.declined.get(why, ())
    ]
    for name in NAMES:
        own = [(strength, why) for mode, strength, why in reasons if mode == name]
        doubt = 1.0
        for strength, _ in own:
            doubt *= 1 - strength
        yield name, (1 - doubt, max(own)[1] if own else "steady")


def _reasons(situation: Situation) -> Iterator[tuple[ModeName, float, Why]]:
    damp = 1 + min(0.0, situation.valence)
    for topic, weight in situation.topics.items():
        name, strength = _FOR_TOPIC[topic]
        # Who is low is neither cheered on nor pushed; who asks to be pushed is.
        damped = damp if name in NOT_IN_DISTRESS and topic != "challenge" else 1.0
        yield name, strength * weight * damped, topic
    if situation.valence <= _LOW:
        yield "companion", 0.4 - 0.5 * situation.valence, "low"
    if situation.valence >= _BRIGHT:
        yield "cheerleader", 0.25 + 0.25 * situation.valence + 0.2 * situation.arousal, "bright"
    if situation.at_night:
        yield "companion", 0.15, "night"


def _stay(now: ModeName | None, situation: Situation) -> Choice:
    if now is not None:
        return Choice(now, "steady")
    return Choice("companion", "night") if situation.at_night else Choice(FIRST, "start")


def _ask_leave(now: ModeName | None, situation: Situation, given: Sequence[Given]) -> Choice:
    asked = any(reply.asked_leave for reply in given[:_LEAVE_NOT_AGAIN])
    stays = _stay(now, situation)
    return stays if asked else Choice(stays.mode, stays.why, asks_leave=True)


def _holds(given: Sequence[Given]) -> bool:
    """Whether the mode came so short a while ago that it stays."""
    for turns, reply in enumerate(given[:HOLD], start=1):
        if reply.mode != given[0].mode:
            return False
        if reply.why not in _NOTHING:
            return turns < HOLD
    return False
