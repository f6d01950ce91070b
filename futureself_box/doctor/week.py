"""The box's own numbers over the last seven days, for an owner without a Prometheus.

A row is ten minutes of the whole household. Rows are bounded by their number and never deleted by their
time, so a wrong clock hides rows while it is wrong, and harms none.
"""

from datetime import datetime, timedelta

import msgspec

from futureself_box.store.vault import HouseholdStore

STRETCH_S = 600.0
MOST_ROWS = 2 * 7 * 24 * 6
"""Twice what seven days need: a box that is restarted often writes shorter stretches."""
_WEEK = timedelta(days=7)


class Stretch(msgspec.Struct, frozen=True, omit_defaults=True):
    """How ten minutes went. What nobody looked at, or nobody asked for, is null.

    `at` is their end, in milliseconds since 1970. Of what goes up and down the worst is kept: the most
    answers, phones, memory and waiting, the least of what is free. `slow` is what one in twenty takes.
    """

    at: int
    answers: int = 0
    answers_failed: int = 0
    answers_at_once: int | None = None
    first_words_usual_s: float | None = None
    first_words_slow_s: float | None = None
    gap_slow_s: float | None = None
    model_ready: float | None = None
    """The share of looks at which it was."""
    phones: int | None = None
    box_memory_bytes: int | None = None
    machine_memory_free_bytes: int | None = None
    disk_free_bytes: int | None = None
    cloud_waiting: int | None = None
    jobs_given_up: int | None = None


class Week(msgspec.Struct, frozen=True):
    """Stretches by time, the latest of which may still run, and the box's time now."""

    now: int
    stretches: list[Stretch]


def write(store: HouseholdStore, stretch: Stretch) -> None:
    """Keep one more, and no more than `MOST_ROWS`."""
    with store.write() as tx:
        tx.execute(
            "INSERT INTO week (at, figures) VALUES (:at, :figures)",
            {"at": stretch.at, "figures": msgspec.json.encode(stretch).decode()},
        )
        tx.execute(
            "DELETE FROM week WHERE number <= (SELECT max(number) FROM week) - :most",
            {"most": MOST_ROWS},
        )


def read(store: HouseholdStore, now: datetime) -> list[Stretch]:
    """The last seven days, oldest first."""
    window = {"now": milliseconds(now), "since": milliseconds(now - _WEEK)}
    with store.read() as connection:
        rows = connection.execute(
            "SELECT figures FROM week WHERE at > :since AND at <= :now ORDER BY at, number", window
        ).fetchall()
    return [msgspec.json.decode(row["figures"], type=Stretch) for row in rows]


def milliseconds(moment: datetime) -> int:
    """Since 1970."""
    return round(moment.timestamp() * 1000)
