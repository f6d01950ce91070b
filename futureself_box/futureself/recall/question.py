"""What a member's message asks memory for."""

import re
from datetime import date, datetime
from functools import cached_property

import msgspec

from futureself_box.futureself.recall import dates, facts, words
from futureself_box.futureself.recall.dates import Times

_TO_THE_OTHER = re.compile(
    r"\b(?:did|have|had) you (?:ever )?(?:say|said|tell|told|advise|advised|suggest|suggested|promise|promised"
    r"|recommend|recommended|write|written|answer|answered)|\bwhat (?:was|were) your (?:advice|answer|words)"
    r"|\byou (?:said|told me|advised|suggested|promised)|\b(?:hast du (?:mir )?(?:gesagt|geraten)"
    r"|as-tu dit|m'as dit|me dijiste|zei je|mi hai detto|voce disse)\b",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"\?|\uff1f|^\W*(?:what|when|where|who|whose|whom|which|why|how|did|do|does|have|has|was|were|is|are|am|can"
    r"|tell me|remind me|wann|was|wo|wer|wie|warum|welche\w*|habe|hatte|quand|qui|que|quoi|ou|comment|qu"
    r"|pourquoi|quel\w*|cuando|donde|quien|como|cual|por que|cuanto|wanneer|waar|wie|wat|hoe|welke"
    r"|quando|dove|chi|cosa|come|perche|quale|onde|quem|o que|qual|quanto)\b",
    re.IGNORECASE,
)


class Question(msgspec.Struct, frozen=True, dict=True):
    """A message, read. `topic` is what it is about, without its words of time."""

    text: str
    day: date
    """The day on which it is asked."""
    times: Times
    to_the_other: bool
    """It is about what the future self said."""
    asking: bool
    """Small talk asks for nothing."""

    @property
    def topic(self) -> str:
        """What it is about, without its words of time."""
        return self.times.topic

    @property
    def holds_on(self) -> date | None:
        """The day of which it asks what was so; None where it asks of no state."""
        if self.times.windows:
            return min(self.times.windows[0].until, self.day)
        return self.day if self.times.order == "now" else None

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """The telling words."""
        return tuple(words.telling(self.topic))

    @cached_property
    def relation(self) -> str | None:
        """The kind of fact that it asks for."""
        return facts.asked_about(self.topic)


def read(text: str, asked_at: datetime, born: int | None = None) -> Question:
    """What a message asks, at the time when it is asked, by somebody who was `born` in that year."""
    return Question(
        text=text,
        day=asked_at.date(),
        times=dates.read(text, asked_at.date(), born),
        to_the_other=_TO_THE_OTHER.search(words.fold(text)) is not None,
        asking=_ASKING.search(words.fold(text)) is not None,
    )
