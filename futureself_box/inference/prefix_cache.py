"""The conversations whose KV cells are in memory, and the sharing of what they have in common.

A new turn takes over the sequence that begins as its prompt does, and only the rest is read. Under
the same cache key everything may serve again; under another, or none, only what both say the box
itself wrote, so that nobody can measure by speed what somebody else has said.
When cells or numbers run out, the conversation that rested longest is parked (`parking.py`).
"""

import itertools
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from futureself_box.inference.batch import NO_TOKENS, Tokens
from futureself_box.inference.llama import Llama
from futureself_box.inference.parking import Parking
from futureself_box.inference.sequence import NOTHING, Sequence, Wish

_WORTH_PARKING = 64  # tokens; fewer are read again as fast
_WORTH_RESTORING = 32  # tokens that nothing in memory has


class _Plan(msgspec.Struct, frozen=True):
    """How to begin: with the first `common` cells of `source`, which is used up if `taken`."""

    common: int = 0
    source: Sequence | None = None
    taken: bool = False
    parked: int = 0
    """The tokens of the parked conversation that is to be restored instead."""

    @property
    def worth(self) -> tuple[int, bool, int]:
        """How good it is: a short source is copied faster."""
        return self.common, self.taken, -self.source.length if self.source else 0


class PrefixCache:
    """All sequences of a model."""

    def __init__(self, model: Llama, parking: Parking) -> None:
        self._model = model
        self._parking = parking
        self._free = [Sequence(n, model.context_tokens) for n in range(model.sequences)]
        self._live: list[Sequence] = []
        self._cell_numbers = itertools.count(1)

    @property
    def live(self) -> tuple[Sequence, ...]:
        """The sequences that have cells or are about to."""
        return tuple(self._live)

    @property
    def free(self) -> tuple[Sequence, ...]:
        """The sequences that have none."""
        return tuple(self._free)

    def begin(self, wish: Wish, now: float) -> Sequence | None:
        """A running sequence with as much of the prompt as there is; None while there is no room."""
        while True:
            plan = self._plan(wish)
            if self._fits(wish, plan):
                return self._carry_out(plan, wish, now)
            victim = self._oldest(plan.source) or self._resting(plan.source)
            if victim is None:
                return None
            self._evict(victim)

    def grow(self, sequence: Sequence, tokens: Any) -> None:
        """These were decoded into new cells of a sequence."""
        count = len(tokens)
        sequence.add(tokens, np.fromiter(itertools.islice(self._cell_numbers, count), np.int64))

    def gather(self) -> None:
        """Let running sequences change numbers with others, until they are neighbours.

        llama.cpp computes only those together (Decoder); each group apart from the others reads all
        weights once more for every token, which soon takes longer than to copy the cells.
        """
        if self._model.separate:
            for running, other in _exchanges([*self._live, *self._free]):
                self._model.exchange(running.number, other.number)
                running.number, other.number = other.number, running.number

    def rest(self, sequence: Sequence, now: float, ahead: Tokens = NO_TOKENS) -> None:
        """A turn is over; its cells stay if they may serve again, and then with those `ahead`."""
        sequence.running, sequence.used_at = False, now
        sequence.ahead = ahead if sequence.wish.key else NO_TOKENS
        if not sequence.wish.key:
            self._cut(sequence, min(sequence.length, sequence.wish.shared))
        if not sequence.length or (not sequence.wish.key and self._is_double(sequence)):
            self.drop(sequence)

    def drop(self, sequence: Sequence) -> None:
        """Give the cells back, without parking."""
        self._model.forget(0, sequence.number)
        sequence.cut(0)
        sequence.wish, sequence.running = NOTHING, False
        self._live.remove(sequence)
        self._free.append(sequence)

    def erase(self, key: str) -> None:
        """Drop what rests under a key, and end the writing of files."""
        for sequence in self.live:
            if sequence.wish.key == key and not sequence.running:
                self.drop(sequence)
        self._parking.settle()

    def next_ahead(self) -> Sequence | None:
        """The conversation to read ahead in: that which rests for the shortest time."""
        waiting = (s for s in self._live if len(s.ahead) and not s.running and self._has_room(s))
        return max(waiting, key=lambda sequence: sequence.used_at, default=None)

    def park(self, rested_before: float) -> bool:
        """Write one conversation that rested since then to the disk; False if there is none left."""
        waiting = [s for s in self._live if s.used_at <= rested_before and self._worth_parking(s)]
        if waiting:
            self._park(max(waiting, key=lambda sequence: sequence.used_at))
        return bool(waiting)

    def _plan(self, wish: Wish) -> _Plan:
        plans = [self._plan_with(sequence, wish) for sequence in self._live]
        best = max(plans, key=lambda plan: plan.worth, default=_Plan())
        parked = self._parking.tokens(wish.parking_key, wish.key)
        common = common_prefix(parked, wish.prompt)
        if common < best.common + _WORTH_RESTORING:
            return best if best.common else _Plan()
        return _Plan(common=common, parked=len(parked))

    def _plan_with(self, sequence: Sequence, wish: Wish) -> _Plan:
        common = common_prefix(sequence.tokens, wish.prompt)
        if not wish.key or wish.key != sequence.wish.key:
            common = min(common, wish.shared, sequence.wish.shared)
            return _Plan(common, sequence)
        # What branches off early is another conversation of the same person.
        taken = not sequence.running and 2 * common >= sequence.length
        return _Plan(common, sequence, taken)

    def _fits(self, wish: Wish, plan: _Plan) -> bool:
        if not self._free and not plan.taken:
            return False
        if self._model.separate:
            return True
        kept = [
            s.cells[: plan.common] if plan.taken and s is plan.source else s.cells
            for s in self._live
        ]
        promised = sum(s.wish.cells - s.length for s in self._live if s.running)
        new = max(wish.cells, plan.parked) if plan.parked else wish.cells - plan.common
        return _count(kept) + promised + new <= self._model.cells

    def _has_room(self, sequence: Sequence) -> bool:
        ahead = len(sequence.ahead)
        if sequence.length + ahead > self._model.context_tokens:
            return False
        cells = [s.cells for s in self._live]
        return self._model.separate or _count(cells) + ahead <= self._model.cells

    def _carry_out(self, plan: _Plan, wish: Wish, now: float) -> Sequence:
        if plan.taken and plan.source is not None:
            sequence = plan.source
        else:
            sequence = self._nearest_free()
            self._free.remove(sequence)
            self._live.append(sequence)
            self._fill(sequence, plan, wish)
        self._cut(sequence, plan.common)
        sequence.wish, sequence.running, sequence.used_at = wish, True, now
        sequence.ahead = NO_TOKENS
        return sequence

    def _nearest_free(self) -> Sequence:
        """Beside those that run: neighbours are computed together (Decoder)."""
        running = [s.number for s in self._live if s.running]

        return min(
            self._free,
            key=lambda s: (min((abs(s.number - n) for n in running), default=0), s.number),
        )

    def _fill(self, sequence: Sequence, plan: _Plan, wish: Wish) -> None:
        """Give an empty sequence the cells of another, or those on the disk."""
        if plan.source is not None and plan.common:
            self._model.share(plan.source.number, sequence.number, plan.common)
            if self._model.length(sequence.number) == plan.common:
                sequence.add(plan.source.tokens[: plan.common], plan.source.cells[: plan.common])
        elif plan.parked:
            loaded = self._parking.load(wish.parking_key, wish.key)
            if loaded is None:
                return
            tokens, state = loaded
            if self._model.restore(sequence.number, state):
                self.grow(sequence, tokens)
                sequence.parked = len(tokens)
            else:
                self._parking.remove(wish.parking_key, wish.key)

    def _cut(self, sequence: Sequence, length: int) -> None:
        if sequence.length > length:
            kept = length if length and self._model.forget(length, sequence.number) else 0
            if not kept:
                self._model.forget(0, sequence.number)
            sequence.cut(kept)

    def _oldest(self, keep: Sequence | None) -> Sequence | None:
        resting = (s for s in self._live if not s.running and s is not keep)
        return min(resting, key=lambda sequence: sequence.used_at, default=None)

    def _resting(self, sequence: Sequence | None) -> Sequence | None:
        return None if sequence is None or sequence.running else sequence

    def _evict(self, sequence: Sequence) -> None:
        if self._worth_parking(sequence):
            self._park(sequence)
        self.drop(sequence)

    def _is_double(self, sequence: Sequence) -> bool:
        """Whether another has the box's own words of this one too."""
        length = sequence.length
        return any(
            other is not sequence
            and min(other.length, other.wish.shared) >= length
            and np.array_equal(other.tokens[:length], sequence.tokens)
            for other in self._live
        )

    def _worth_parking(self, sequence: Sequence) -> bool:
        """Only the longest conversation under a key has a file."""
        wish, length = sequence.wish, sequence.length
        return (
            bool(wish.parking_key and wish.key)
            and length >= _WORTH_PARKING
            and length > sequence.parked
            and length == max(s.length for s in self._live if s.wish.key == wish.key)
        )

    def _park(self, sequence: Sequence) -> None:
        wish = sequence.wish
        state = self._model.state(sequence.number)
        self._parking.save(wish.parking_key, wish.key, sequence.tokens.copy(), state)
        sequence.parked = sequence.length


def _exchanges(sequences: list[Sequence]) -> list[tuple[Sequence, Sequence]]:
    """Which are to change numbers so that the running ones are neighbours; what copies least."""
    row = sorted(sequences, key=lambda sequence: sequence.number)
    running = [sequence for sequence in row if sequence.running]
    if not running or running[-1].number - running[0].number < len(running):
        return []
    places = (row[first : first + len(running)] for first in range(len(row) - len(running) + 1))
    ways = [
        list(
            zip(
                (sequence for sequence in running if sequence not in place),
                (sequence for sequence in place if not sequence.running),
                strict=True,
            )
        )
        for place in places
    ]
    return min(ways, key=lambda way: sum(one.length + other.length for one, other in way))


def _count(cells: list[npt.NDArray[np.int64]]) -> int:
    """How many different ones there are."""
    return len(np.unique(np.concatenate([*cells, np.zeros(0, np.int64)])))


def common_prefix(cells: Tokens, prompt: Tokens) -> int:
    """Its length; the prompt's last token is left out, since its scores are needed again."""
    longest = min(len(cells), len(prompt) - 1)
    differ: npt.NDArray[np.intp] = np.flatnonzero(cells[:longest] != prompt[:longest])
    return int(differ[0]) if len(differ) else longest
