"""Answers questions about a journal of somebody else's making: `futureself-box eval recall --stdin`.

The first line names a file of entries, each further one is a question; each is answered on one line,
flushed, with the entries that it would draw on, best first. None means that it doesn't remember.
"""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO, TypeVar

import msgspec

from futureself_box.errors import RequestInvalid
from futureself_box.evaluation import journal
from futureself_box.evaluation.journal import Journal, Written
from futureself_box.futureself.recall import recall
from futureself_box.inference.client import InferenceClient
from futureself_box.settings import Settings

_PATIENCE_S = 120.0  # hits must not depend on what else the machine does
_T = TypeVar("_T")


class Given(msgspec.Struct, frozen=True):
    """The first line."""

    entries: str


class Question(msgspec.Struct, frozen=True):
    """Each line after it."""

    id: str
    asked_at: str
    text: str


class Hits(msgspec.Struct, frozen=True):
    """Each answer."""

    id: str
    hits: tuple[str, ...]


def run(settings: Settings, given: TextIO = sys.stdin, said: TextIO = sys.stdout) -> int:
    """Answer until the input ends. Raises RequestInvalid where a line isn't what it should be."""
    first = _decode(given.readline(), Given)
    entries = read_entries(Path(first.entries))
    with journal.apart(settings) as alone, journal.store() as kept:
        asyncio.run(_answer(alone, journal.fill(kept, entries), given.readline, said))
    return 0


def read_entries(path: Path) -> list[Written]:
    """The entries of a file of lines. Raises RequestInvalid."""
    try:
        # Not splitlines: a text may hold other ends of a line than JSON's files have.
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise RequestInvalid(f"{path} can't be read.") from error
    return [_decode(line, Written) for line in lines if line.strip()]


async def _answer(
    settings: Settings, kept: Journal, read_line: Callable[[], str], said: TextIO
) -> None:
    async with journal.models(settings) as inference:
        await journal.embed(kept.store, inference)
        while line := await asyncio.to_thread(read_line):
            if not line.strip():
                continue
            asked = _decode(line, Question)
            hits = Hits(asked.id, await find(kept, asked.text, asked.asked_at, inference))
            said.write(msgspec.json.encode(hits).decode() + "\n")
            said.flush()


async def find(
    kept: Journal, text: str, asked_at: str, inference: InferenceClient
) -> tuple[str, ...]:
    """The entries that are recalled, the best first."""
    moment = journal.read_moment(asked_at)
    recalled = await recall(
        kept.store, text, asked_at=moment, inference=inference, patience_s=_PATIENCE_S
    )
    return tuple(kept.ids[passage.record] for passage in recalled.passages)


def _decode(line: str, kind: type[_T]) -> _T:
    try:
        return msgspec.json.decode(line, type=kind, strict=False)
    except msgspec.DecodeError as error:
        raise RequestInvalid(f"A line is not as it should be: {error}.") from error
