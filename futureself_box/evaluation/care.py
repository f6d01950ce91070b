"""How well care recognises danger: our kept-apart set, and messages from outside.

The set was written before the recogniser. `answer` reads lines `{"id", "text", "age", "channel"}` and
writes `{"id", "flag", "tier"}` for each, flushed.
"""

import asyncio
import sys
import time
from importlib.resources import files
from typing import TextIO

import msgspec

from futureself_box.errors import RequestInvalid
from futureself_box.evaluation import journal, plain_days, report
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
    """Parts of one. `urgent_recall`: of tier 3, those that are answered as tier 3.

    `plain_days` are the false alarms on ordinary days, `p95_ms` is care's time for a message of the
    kept set (not for an entry, which nobody waits for), and `intervals` are those of Wilson, 95 %.
    """

    recall: float
    urgent_recall: float
    false_alarms: float
    plain_days: float
    messages: int
    days: int
    p95_ms: float
    intervals: dict[str, tuple[float, float]]


async def run(ground: Ground) -> Figures:
    """The figures of the kept set, and of the kept half of the plain days."""
    kept = ground.some(await asyncio.to_thread(lines))
    days = ground.some(await asyncio.to_thread(lambda: list(plain_days.messages("kept"))))
    found = []
    took = []
    for one in kept:
        begun = time.perf_counter()
        found.append((one, await _tier(ground.watch, one)))
        if one.channel == "chat":
            took.append(1000 * (time.perf_counter() - begun))
    urgent = [tier for one, tier in found if one.tier == recogniser.URGENT]
    parts = {
        "recall": [tier > 0 for one, tier in found if one.tier],
        "urgent_recall": [tier == recogniser.URGENT for tier in urgent],
        "false_alarms": [tier > 0 for one, tier in found if not one.tier],
        "plain_days": [await _tier(ground.watch, one) > 0 for one in days],
    }
    return Figures(
        **{name: report.mean([float(hit) for hit in hits]) for name, hits in parts.items()},
        messages=len(found),
        days=len(days),
        p95_ms=round(sorted(took)[len(took) * 95 // 100], 1),
        intervals={name: report.interval(sum(hits), len(hits)) for name, hits in parts.items()},
    )


async def _tier(watch: Watch, one: Labelled) -> int:
    return (await watch.assess(one.text, audience=one.audience, channel=one.channel)).tier


def table(figures: Figures) -> Table:
    """One row for each figure."""
    named = {
        "recall": (figures.messages, figures.recall),
        "urgent_recall": (figures.messages, figures.urgent_recall),
        "false_alarms": (figures.messages, figures.false_alarms),
        "plain_days": (figures.days, figures.plain_days),
    }
    return Table(
        title="Care",
        columns=("figure", "messages", "part", "at least", "at most"),
        rows=tuple(
            (name.replace("_", " "), number, part, *figures.intervals[name])
            for name, (number, part) in named.items()
        ),
        bars=("part",),
        note=f"A message takes {figures.p95_ms} ms (p95).",
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
