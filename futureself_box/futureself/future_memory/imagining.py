"""Imagines a life: asks for it part by part, holds every line against the answers, and never fails.

The same answers, variation, weights and machine give the same life: the plan, the order of plain lines
and the model's sampling all follow from one seed.
"""

import asyncio
import tomllib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any, Literal, Protocol

from futureself_box.futureself.future_memory import asking, checks, outline
from futureself_box.futureself.future_memory.brief import Brief
from futureself_box.futureself.future_memory.checks import Measure
from futureself_box.futureself.future_memory.mending import mend
from futureself_box.futureself.future_memory.outline import Part, Slot
from futureself_box.futureself.line import Line
from futureself_box.records.kinds import FutureMemory, ImaginedLine

_TRIES = 2
_MOST_TRIES = 6  # in a whole life: on a processor each one more takes many seconds
_TOKENS_A_LINE = 90
By = Literal["model", "box"]


class Ask(Protocol):
    """Asks the model once; an empty answer where it can't."""

    def __call__(
        self, lines: Sequence[Line], *, schema: Mapping[str, Any], seed: int, max_tokens: int
    ) -> Awaitable[str]:
        """The whole answer."""


class _Life:
    """What is written so far, and the conversation in which it is."""

    def __init__(self, brief: Brief) -> None:
        self.lines: dict[str, tuple[str, By]] = {}
        self.tries = _MOST_TRIES
        self.conversation = [
            asking.beginning(brief.facts, brief.told, child=brief.child),
            asking.AGREED,
        ]
        self._brief = brief
        self._measure = Measure(brief.facts, brief.known, brief.child)

    def settle(self, text: str, slot: Slot) -> str | None:
        """Take a line of the model's, mended; or what is wrong with it."""
        text = mend(text, slot)
        fault = self._fault(text, slot)
        if fault is None:
            self.lines[slot.key] = (text, "model")
        return fault

    def settle_plainly(self, slot: Slot) -> None:
        """Take the first plain line of the theme that may stand beside what is there."""
        lines = plain_lines(self._brief.language)[slot.theme]
        of_theme = outline.shuffled(lines, self._brief.seed, slot.theme)
        written = {line for line, _ in self.lines.values()}
        text = next((text for text in of_theme if self._fits(text, slot)), None)
        text = text or next((text for text in of_theme if text not in written), of_theme[0])
        self.lines[slot.key] = (text, "box")

    def _fits(self, text: str, slot: Slot) -> bool:
        return self._brief.language == "en" and self._fault(text, slot) is None

    def _fault(self, text: str, slot: Slot) -> str | None:
        return checks.fault(text, slot, self._measure, [line for line, _ in self.lines.values()])


async def imagine(
    brief: Brief, ask: Ask | None, *, now: datetime, model: str, tell: Callable[[int], object]
) -> FutureMemory:
    """A whole life. `ask` is None where no model can be asked; `tell` hears how many lines are done.

    In another language than English no model is asked.
    """
    ask = ask if brief.language == "en" else None
    life = _Life(brief)
    slots = outline.outline(brief.facts, brief.seed)
    for _, group in groupby(slots, key=lambda slot: slot.part):
        await _write_part(life, brief, ask, tuple(group))
        tell(len(life.lines))
    return _memory(brief, slots, life.lines, now=now, model=model)


async def _write_part(life: _Life, brief: Brief, ask: Ask | None, slots: tuple[Slot, ...]) -> None:
    question = asking.part(slots)
    found = await _ask(life, brief, ask, question, slots)
    for slot in slots:
        fault = await asyncio.to_thread(life.settle, found.get(slot.key, ""), slot)
        for attempt in range(1, _TRIES + 1 if ask else 1):
            if fault is None or life.tries == 0:
                break
            life.tries -= 1
            again = asking.again(slot, fault)
            found |= await _ask(life, brief, ask, again, (slot,), attempt=attempt)
            fault = await asyncio.to_thread(life.settle, found.get(slot.key, ""), slot)
        if fault is not None:
            await asyncio.to_thread(life.settle_plainly, slot)
    said = {slot.key: life.lines[slot.key][0] for slot in slots}
    life.conversation += [question, asking.written(said)]


async def _ask(
    life: _Life,
    brief: Brief,
    ask: Ask | None,
    question: Line,
    slots: Sequence[Slot],
    *,
    attempt: int = 0,
) -> dict[str, str]:
    if ask is None:
        return {}
    answer = await ask(
        [*life.conversation, question],
        schema=asking.schema(slots),
        seed=outline.number(brief.seed, slots[0].key, attempt),
        max_tokens=_TOKENS_A_LINE * len(slots),
    )
    return asking.read(answer, slots)


@cache
def plain_lines(language: str = "en") -> dict[str, tuple[str, ...]]:
    """Sentences for each theme, for where the model can't."""
    folder = files(__package__) / "plain_lines"
    text = (folder / f"{language}.toml").read_text(encoding="utf-8")
    return {theme: tuple(lines) for theme, lines in tomllib.loads(text).items()}


def _memory(
    brief: Brief,
    slots: Sequence[Slot],
    lines: Mapping[str, tuple[str, By]],
    *,
    now: datetime,
    model: str,
) -> FutureMemory:
    facts = brief.facts

    def of(part: Part) -> tuple[ImaginedLine, ...]:
        return tuple(
            _line(slot, lines) for slot in slots if slot.part == part and slot.theme != "lesson"
        )

    return FutureMemory(
        written_at=now,
        year=facts.year,
        summary=of("summary"),
        highlights=of("highlights"),
        moments=of("moments"),
        setbacks=of("setbacks"),
        scene=of("scene"),
        age=facts.age,
        answers=brief.digest,
        variation=brief.variation,
        seed=brief.seed,
        model=model,
    )


def _line(slot: Slot, lines: Mapping[str, tuple[str, By]]) -> ImaginedLine:
    text, by = lines[slot.key]
    taught, _ = lines.get(slot.key.replace("setback", "lesson"), ("", by))
    return ImaginedLine(
        text=text,
        by=by,
        year=slot.year if slot.part == "highlights" else None,
        age=slot.age if slot.part == "highlights" else None,
        taught=taught if slot.theme == "setback" else "",
    )
