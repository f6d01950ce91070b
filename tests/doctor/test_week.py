"""Seven days of the box's own numbers: bounded, unharmed by wrong clocks, and what /metrics shows."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from futureself_box.bench.running_box import RunningBox, eventually
from futureself_box.doctor import recorder, week
from futureself_box.doctor.recorder import Recorder
from futureself_box.doctor.week import Stretch
from futureself_box.errors import ModelStarting
from futureself_box.ops import metrics
from futureself_box.store.vault import Vault

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
STRETCH = timedelta(seconds=week.STRETCH_S)
YEAR_S = 365 * 86_400


def keep(vault: Vault, at: datetime, phones: int = 0) -> None:
    week.write(vault.household, Stretch(week.milliseconds(at), phones=phones))


def times(vault: Vault, now: datetime = NOW) -> list[int]:
    return [stretch.at for stretch in week.read(vault.household, now)]


@given(errors=st.lists(st.one_of(st.none(), st.integers(-YEAR_S, YEAR_S)), max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_a_clock_that_was_wrong_harms_no_row_that_was_right(
    vault: Vault, errors: list[int | None]
) -> None:
    with vault.household.write() as tx:
        tx.execute("DELETE FROM week")
    right = []
    for number, error in enumerate(errors):
        at = NOW - (len(errors) - number) * STRETCH
        keep(vault, at + timedelta(seconds=error or 0))
        right += [week.milliseconds(at)] if error is None else []
    shown = times(vault)
    assert shown == sorted(shown)
    assert set(right) <= set(shown)
    assert all(
        NOW - timedelta(days=7) < datetime.fromtimestamp(at / 1000, UTC) <= NOW for at in shown
    )


def test_there_is_never_more_than_a_number_of_rows(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(week, "MOST_ROWS", 5)
    for number in range(8):
        keep(vault, NOW - (8 - number) * STRETCH, phones=number)
    assert [stretch.phones for stretch in week.read(vault.household, NOW)] == [3, 4, 5, 6, 7]


def test_a_stretch_keeps_the_worst_and_what_happened_in_it_only(vault: Vault) -> None:
    clock = iter([0.0, 60.0, 120.0, 600.0, 600.0])
    metrics.FIRST_TOKEN.observe(15)  # before it began
    running = Recorder(vault.household, lambda: next(clock))
    for phones, disk_free, ready in ((1, 900, 1), (3, 500, 0), (2, 700, 1)):
        metrics.PHONES.set(phones)
        metrics.DISK_FREE.set(disk_free)
        metrics.MODEL_READY.set(ready)
        metrics.FIRST_TOKEN.observe(0.15)
        metrics.ANSWERS.labels("stop").inc()
        running.look(NOW)
    (kept,) = week.read(vault.household, NOW)
    assert (kept.phones, kept.disk_free_bytes, kept.model_ready) == (3, 500, 0.67)
    assert (kept.answers, kept.answers_failed) == (3, 0)
    assert kept.first_words_usual_s == 0.15
    assert kept.gap_slow_s is None
    metrics.ANSWERS.labels(ModelStarting.code).inc()
    after = running.so_far(NOW)
    assert (after.answers, after.answers_failed, after.first_words_usual_s) == (1, 1, None)


def test_what_nobody_can_date_is_not_kept(vault: Vault) -> None:
    running = Recorder(vault.household)
    running.look(None)
    running.end(None)
    assert times(vault) == []


@pytest.mark.parametrize(
    ("share", "value"), [(0.5, 0.1667), (0.75, 0.2), (0.875, 0.45), (0.95, 0.5)]
)
def test_quantiles_are_read_from_buckets_as_prometheus_does(share: float, value: float) -> None:
    buckets = {0.1: 0.0, 0.2: 6.0, 0.5: 7.2, float("inf"): 8.0}
    assert recorder.quantile(buckets, share) == value


def test_the_owner_has_the_week_also_after_a_restart(silent_box: RunningBox) -> None:
    owner = silent_box.set_up()
    adult = owner.invite("Ada")

    def looked_at() -> list[dict[str, int]]:
        shown = owner.call("GET", "/api/doctor/week")
        return [one for one in shown["stretches"] if "disk_free_bytes" in one]

    (before,) = eventually(looked_at)
    assert before["box_memory_bytes"] > 0
    answer = silent_box.request("GET", "/api/doctor/week", token=adult.token)
    assert answer.status_code == 403
    silent_box.stop()
    silent_box.start()
    silent_box.wait_until_up()
    kept, running = eventually(lambda: found if len(found := looked_at()) > 1 else None)
    assert before["at"] < kept["at"] < running["at"]
