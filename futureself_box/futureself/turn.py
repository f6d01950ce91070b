"""One answer as it is being written. All of it is touched on the event loop's thread only."""

import asyncio
from collections.abc import Sequence
from typing import TypeAlias
from uuid import UUID

import msgspec

from futureself_box.errors import BoxError
from futureself_box.futureself.care.meaning import Verdict
from futureself_box.futureself.modes.choice import Choice
from futureself_box.inference.client import Reading, Waiting
from futureself_box.records.kinds import Drawn, Message
from futureself_box.records.messages import Outcome, Said
from futureself_box.store.vault import MemberStore

CARE = "care"
"""The mode of an answer in which the box itself speaks, in fixed words."""
QUIET = "quiet"
"""Why the box speaks where a child's future self rests."""


class Writing(msgspec.Struct, frozen=True):
    """The model writes, and its first sentence is not whole yet."""


Status: TypeAlias = Waiting | Reading | Writing


class Turn:
    """An answer to `said`. Delta number n is `deltas[n - 1]`; `about` is what its record says of it.

    `reply` is the record that it becomes, its own or that of an answer which is written anew; `begun`
    are the words of that answer where it goes on. `quiet_until`: a child's quiet time is on until then.
    Where `is_letter`, a letter is answered.
    """

    def __init__(
        self,
        turn: UUID,
        store: MemberStore,
        said: Said,
        name: str,
        *,
        child: bool,
        quiet_until: str = "",
        reply: UUID | None = None,
        begun: str = "",
        is_letter: bool = False,
    ) -> None:
        self.id = turn
        self.reply = reply or turn
        self.begun = begun
        self.is_letter = is_letter
        self.store = store
        self.said = said
        self.name = name
        self.child = child
        self.quiet_until = quiet_until
        self.about = Message(
            role="future_self", text="", answers=said.id, thread=said.message.thread
        )
        self.deltas = [f"{begun} "] if begun else []
        self.tokens = 0
        self.status: Status | None = None
        self.outcome: Outcome | None = None
        self.error: BoxError | None = None
        self.cancelled = False
        self.writing: asyncio.Task[Outcome] | None = None
        self.running: asyncio.Task[None] | None = None
        self.reading_ahead: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.outcome is not None or self.error is not None

    @property
    def text(self) -> str:
        """All words so far."""
        return "".join(self.deltas)

    def record(self, outcome: Outcome) -> Message:
        """What is written down of it, as it ends like this."""
        return msgspec.structs.replace(
            self.about, text=self.text.strip(), outcome=outcome, tokens=self.tokens
        )

    def changes(self) -> asyncio.Event:
        """An event that the next change sets; take it before looking, and none is missed."""
        return self._changed

    def tell(self) -> None:
        """Wake everybody who waits for a change."""
        self._changed.set()
        self._changed = asyncio.Event()

    def note(self, choice: Choice, drew_on: tuple[Drawn, ...]) -> None:
        """Which mode answers and why, and what of the member's own words it is given."""
        self.about = msgspec.structs.replace(
            self.about,
            mode=choice.mode,
            why=choice.why,
            asked_leave=choice.asks_leave,
            drew_on=drew_on,
        )

    def note_care(self, verdict: Verdict) -> None:
        """That the box itself answers, and why; the future self steps aside."""
        why = f"{verdict.topic} {verdict.tier}"
        self.about = msgspec.structs.replace(self.about, mode=CARE, why=why)

    def note_quiet(self) -> None:
        """That the future self rests, and the box says so."""
        self.about = msgspec.structs.replace(self.about, mode=CARE, why=QUIET)

    def tell_status(self, status: Status) -> None:
        """What goes on before the first words."""
        if status != self.status:
            self.status = status
            self.tell()

    def one_of(self, sentences: Sequence[str]) -> str:
        """One of some fixed sentences, always the same for one message."""
        return sentences[self.said.id.int % len(sentences)]

    def say(self, words: str) -> None:
        """More words that the member may read."""
        self.deltas.append(words)
        self.tell()
