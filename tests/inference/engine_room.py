"""The parts of the language child in this process, one step at a time, over a real model."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from futureself_box.inference.cores import Cores
from futureself_box.inference.decoder import Decoder
from futureself_box.inference.language import Reception
from futureself_box.inference.llama import Llama
from futureself_box.inference.parking import Parking
from futureself_box.inference.pipe import (
    Accepted,
    End,
    Erased,
    Failed,
    Generate,
    Piece,
    Report,
    Sampling,
)
from futureself_box.inference.prefix_cache import PrefixCache
from futureself_box.inference.prompt_tokens import PromptTokens

CONTEXT = 256
SEQUENCES = 5
CELLS = 512
STREAMS = 3
# From 64 tokens on, llama.cpp's flash attention takes another kernel, which rounds differently (by up to
# 0.5 in a score here). Below, an answer is the same bit for bit however its batches are made up.
BATCH = 48
ENGINE = "engine"
GREEDY = Sampling(temperature=0)


def load(models: Path, *, separate: bool) -> Llama:
    """The starter model with so little room that conversations push each other out."""
    return Llama(
        models / "language",
        context_tokens=CONTEXT,
        threads=1,
        gpu_layers=0,
        batch_tokens=BATCH,
        sequences=SEQUENCES,
        streams=STREAMS if separate else 0,
        cells=STREAMS * CONTEXT if separate else CELLS,
    )


class EngineRoom:
    """A decoder with its cache and its folder; `heard` holds what it said about each request."""

    def __init__(self, model: Llama, folder: Path, most_bytes: int = 100_000_000) -> None:
        model.forget_all()
        self.heard: dict[int, list[Report]] = {}
        self.model = model
        self.folder = folder
        self.parking = Parking(folder, ENGINE, most_bytes)
        self.cache = PrefixCache(model, self.parking)
        self.reception = Reception(model, PromptTokens(model), self._hear)
        self.decoder = Decoder(
            model, self.cache, Cores(1), self.reception.line, self._hear, most=STREAMS
        )
        self._number = 0

    def ask(self, *parts: str, **options: object) -> int:
        """A new request; its number."""
        self._number += 1
        wanted = {"max_tokens": 8, "sampling": GREEDY, "stop": (), **options}
        self.heard[self._number] = []
        self.reception.take(Generate(id=self._number, parts=parts, **wanted))  # type: ignore[arg-type]
        return self._number

    def turn(self, times: int = 1) -> None:
        """So many times round the decode loop."""
        for _ in range(times):
            self.decoder.turn(0)

    def finish(self) -> None:
        """Until nobody is answered any more."""
        for _ in range(5000):
            if all(map(self.over, self.heard)):
                return
            self.turn()
        raise AssertionError("an answer never ended")

    def over(self, number: int) -> bool:
        """Whether a request has come to its end."""
        return any(isinstance(report, End | Failed) for report in self.heard[number])

    def text(self, number: int) -> str:
        """The words of an answer."""
        return "".join(r.text for r in self.heard[number] if isinstance(r, Piece))

    def end(self, number: int) -> End:
        """The end of an answer that was a good one."""
        last = self.heard[number][-1]
        assert isinstance(last, End), last
        return last

    def answer(self, *parts: str, **options: object) -> tuple[str, int]:
        """The words of a whole answer, and how many tokens of its prompt were not read."""
        number = self.ask(*parts, **options)
        self.finish()
        return self.text(number), self.end(number).usage.cached_tokens

    def check_nothing_leaked(self) -> None:
        """Every sequence is free or resting, and llama.cpp counts the same cells in it."""
        live, free = self.cache.live, self.cache.free
        assert sorted(s.number for s in (*live, *free)) == list(range(self.model.sequences))
        assert [self.model.length(s.number) for s in live] == [s.length for s in live]
        assert not any(s.running for s in live)
        assert {self.model.length(s.number) for s in free} <= {0}
        if live and not self.model.separate:
            assert len(np.unique(np.concatenate([s.cells for s in live]))) <= CELLS

    def close(self) -> None:
        """The child stops in order."""
        for number in self.heard:
            if not self.over(number):
                self._cancel(number)
        self.turn()
        while self.cache.park(float("inf")):
            pass
        self.parking.close()

    def _cancel(self, number: int) -> None:
        self.reception.line.cancel(number)

    def _hear(self, *reports: Report) -> None:
        for report in reports:
            if not isinstance(report, Accepted | Erased):
                self.heard.setdefault(report.id, []).append(report)  # type: ignore[union-attr]


@contextmanager
def engine_room(model: Llama, folder: Path, **options: int) -> Iterator[EngineRoom]:
    """A room that is closed in the end."""
    room = EngineRoom(model, folder, **options)
    try:
        yield room
    finally:
        room.close()
