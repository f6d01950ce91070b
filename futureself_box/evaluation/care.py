"""How well care recognises danger: our kept-apart set, and messages from outside.

The set was written before the recogniser. `answer` reads lines `{"id", "text", "age", "channel"}` and
writes `{"id", "flag", "tier"}` for each, flushed.
"""

import asyncio
import sys
from importlib.resources import files
from typing import TextIO

import msgspec

from futureself_box.errors import RequestInvalid
from futureself_box.evaluation import journal
from futureself_box.evaluation.report import Table
from futureself_box.evaluation.talk import Ground
from futureself_box.futureself.care import labelled, recogniser
from futureself_box.futureself.care.labelled import Audience, Channel, Labelled
from futureself_box.futureself.care.watch import Watch
from futureself_box.settings import Settings


class Asked(msgspec.Struct, frozen=True):
    """One message from outside."""

    id: str | int
    text: str
    age: Audience = "adult"
    channel: Channel = "chat"


class Answered(msgspec.Struct, frozen=True):
    """Whether it is flagged, and how urgent it is."""

    id: str | int
    flag: bool
    tier: int


class Figures(msgspec.Struct, frozen=True):
    """Parts of one. `urgent_recall`: of tier 3, those that are answered as tier 3."""

    recall: float
    urgent_recall: float
    false_alarms: float
    messages: int


async def run(ground: Ground) -> Figures:
    """The figures of the kept set."""
    watch = ground.watch
    found = [
        (one, (await watch.assess(one.text, audience=one.audience, channel=one.channel)).tier)
        for one in ground.some(await asyncio.to_thread(lines))
    ]
    urgent = [tier for one, tier in found if one.tier == recogniser.URGENT]
    return Figures(
        recall=_part([tier > 0 for one, tier in found if one.tier]),
        urgent_recall=_part([tier == recogniser.URGENT for tier in urgent]),
        false_alarms=_part([tier > 0 for one, tier in found if not one.tier]),
        messages=len(found),
    )


def table(figures: Figures) -> Table:
    """One row."""
    return Table(
        title="Care",
        columns=("messages", "number", "recall", "urgent", "false alarms"),
        rows=(
            (
                "of the kept set",
                figures.messages,
                figures.recall,
                figures.urgent_recall,
                figures.false_alarms,
            ),
        ),
        bars=("recall", "urgent", "false alarms"),
    )


def answer(settings: Settings, given: TextIO = sys.stdin, said: TextIO = sys.stdout) -> int:
    """Answer until the input ends. Raises RequestInvalid where a line isn't what it should be."""
    with journal.apart(settings) as alone:
        asyncio.run(_answer(settings, alone, given, said))
    return 0


async def _answer(settings: Settings, alone: Settings, given: TextIO, said: TextIO) -> None:
    async with journal.models(alone) as inference:
        watch = Watch(inference, settings.data_path)
        await watch.try_to_prepare()
        while line := await asyncio.to_thread(given.readline):
            if not line.strip():
                continue
            asked = _decode(line)
            verdict = await watch.assess(asked.text, audience=asked.age, channel=asked.channel)
            answered = Answered(asked.id, verdict.tier > 0, verdict.tier)
            said.write(msgspec.json.encode(answered).decode() + "\n")
            said.flush()


def lines() -> list[Labelled]:
    """The messages of the kept set."""
    folder = files("futureself_box.evaluation") / "sets" / "care"
    texts = [(folder / f"test_{name}.txt").read_text("utf-8") for name in ("en", "other")]
    return [line for text in texts for line in labelled.lines(text)]


def _decode(line: str) -> Asked:
    try:
        return msgspec.json.decode(line, type=Asked)
    except msgspec.DecodeError as error:
        raise RequestInvalid(f"A line is not as it should be: {error}.") from error


def _part(hits: list[bool]) -> float:
    return round(sum(hits) / len(hits), 3) if hits else 0.0
