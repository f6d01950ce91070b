"""Makes the rows of `week` out of what /metrics shows: looks at gauges, and at how far counters came."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

import msgspec
from prometheus_client import Histogram

from futureself_box.doctor import week
from futureself_box.doctor.week import Stretch
from futureself_box.ops import metrics
from futureself_box.store.vault import HouseholdStore

_WENT_WELL = {"stop", "length", "cancelled"}
_USUAL, _SLOW = 0.5, 0.95
# What is kept of the looks of a stretch: the worst.
_GAUGES: Mapping[str, tuple[str, Callable[[Sequence[float]], float]]] = {
    "answers_at_once": ("futureself_answers_running", max),
    "phones": ("futureself_phones_connected", max),
    "box_memory_bytes": ("futureself_box_memory_bytes", max),
    "machine_memory_free_bytes": ("futureself_machine_memory_free_bytes", min),
    "disk_free_bytes": ("futureself_disk_free_bytes", min),
    "cloud_waiting": ("futureself_cloud_waiting_revisions", max),
}


class _Look(msgspec.Struct, frozen=True):
    """The gauges at one moment."""

    gauges: dict[str, float]
    jobs_given_up: int
    model_ready: float


class _Counted(msgspec.Struct, frozen=True):
    """What only grows: answers, and of histograms how many were at most so long."""

    answers: float
    failed: float
    first_words: dict[float, float]
    gaps: dict[float, float]


class Recorder:
    """The stretch that runs; its length is measured by a clock that nobody sets."""

    def __init__(self, store: HouseholdStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._begin()

    def look(self, at: datetime | None) -> None:
        """Look at the metrics, and write a row where a stretch is over.

        `at` is None where nobody knows what time it is: such a stretch is not kept.
        """
        gauges = {field: _value(name) for field, (name, _) in _GAUGES.items()}
        given_up = int(_value("futureself_jobs", state="failed"))
        self._looks.append(_Look(gauges, given_up, _value("futureself_model_ready")))
        if self._clock() - self._begun >= week.STRETCH_S:
            self.end(at)

    def end(self, at: datetime | None) -> None:
        """Write what there is of this stretch, and begin another."""
        if at is not None and self._looks:
            week.write(self._store, self.so_far(at))
        self._begin()

    def so_far(self, at: datetime) -> Stretch:
        """The stretch that runs, as if it ended now."""
        counted, before = _count(), self._before
        first = _grown(counted.first_words, before.first_words)
        return Stretch(
            at=week.milliseconds(at),
            answers=int(counted.answers - before.answers),
            answers_failed=int(counted.failed - before.failed),
            first_words_usual_s=quantile(first, _USUAL),
            first_words_slow_s=quantile(first, _SLOW),
            gap_slow_s=quantile(_grown(counted.gaps, before.gaps), _SLOW),
            **_worst(self._looks),
        )

    def _begin(self) -> None:
        self._begun = self._clock()
        self._before = _count()
        self._looks: list[_Look] = []


def quantile(buckets: Mapping[float, float], share: float) -> float | None:
    """The value that this share stays below, as Prometheus's histogram_quantile has it.

    `buckets` is how many were at most so long; None where there are none.

    >>> quantile({1.0: 0, 2.0: 10, float("inf"): 10}, 0.5)
    1.5
    """
    wanted = share * max(buckets.values())
    if not wanted:
        return None
    for (low, below), (high, upto) in pairwise([(0.0, 0.0), *sorted(buckets.items())]):
        if upto >= wanted:
            if high == float("inf"):
                return low  # of what is longer than all bounds, nothing is known but that
            return round(low + (high - low) * (wanted - below) / (upto - below), 4)
    return None


def _worst(looks: Sequence[_Look]) -> dict[str, Any]:
    if not looks:
        return {}
    worst = {
        field: int(of([look.gauges[field] for look in looks])) for field, (_, of) in _GAUGES.items()
    }
    ready = sum(look.model_ready for look in looks) / len(looks)
    given_up = max(look.jobs_given_up for look in looks)
    return {**worst, "jobs_given_up": given_up, "model_ready": round(ready, 2)}


def _count() -> _Counted:
    answers = [
        (sample.labels["outcome"], sample.value)
        for family in metrics.ANSWERS.collect()
        for sample in family.samples
        if sample.name.endswith("_total")
    ]
    return _Counted(
        answers=sum(count for _, count in answers),
        failed=sum(count for outcome, count in answers if outcome not in _WENT_WELL),
        first_words=_buckets(metrics.FIRST_TOKEN),
        gaps=_buckets(metrics.GAP),
    )


def _buckets(histogram: Histogram) -> dict[float, float]:
    return {
        float(sample.labels["le"]): sample.value
        for family in histogram.collect()
        for sample in family.samples
        if sample.name.endswith("_bucket")
    }


def _grown(now: Mapping[float, float], before: Mapping[float, float]) -> dict[float, float]:
    return {bound: count - before[bound] for bound, count in now.items()}


def _value(name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(name, labels) or 0.0
