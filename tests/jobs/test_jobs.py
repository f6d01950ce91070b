"""A job happens: once where nothing fails, again where something does, and in the end it is told."""

from collections.abc import Callable
from pathlib import Path

import pytest

from futureself_box.errors import DiskFull
from futureself_box.jobs.run import drain
from futureself_box.store import jobs
from futureself_box.store.vault import HouseholdStore, Vault


@pytest.fixture
def store(vault: Vault) -> HouseholdStore:
    return vault.household


def put(store: HouseholdStore, key: str = "one", at: int = 0, kind: str = "chore") -> bool:
    with store.write() as tx:
        return jobs.enqueue(tx, kind, key, not_before_ms=at)


def state(store: HouseholdStore) -> list[tuple[str, int, str | None]]:
    with store.read() as connection:
        rows = connection.execute("SELECT state, attempts, error FROM job ORDER BY id").fetchall()
    return [tuple(row) for row in rows]


def clock(ms: int) -> Callable[[], int]:
    return lambda: ms


def test_a_key_lets_a_job_in_once(store: HouseholdStore) -> None:
    assert put(store)
    assert not put(store)
    ran: list[int] = []
    drain(store, {"chore": lambda *_: ran.append(1)}, clock(1))
    assert not put(store)
    drain(store, {"chore": lambda *_: ran.append(1)}, clock(2))
    assert (ran, state(store)) == ([1], [("done", 1, None)])


def test_a_job_and_its_data_are_both_there_or_neither(store: HouseholdStore) -> None:
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        jobs.enqueue(tx, "chore", "one", not_before_ms=0)
        raise ZeroDivisionError
    assert state(store) == []


def test_a_job_waits_for_its_time(store: HouseholdStore) -> None:
    put(store, at=100)
    assert jobs.take(store, ["chore"], 99) is None
    assert jobs.take(store, ["chore"], 100) is not None


def test_two_workers_never_have_the_same_job(store: HouseholdStore) -> None:
    put(store)
    assert jobs.take(store, ["chore"], 0) is not None
    assert jobs.take(store, ["chore"], jobs.LEASE_MS - 1) is None


def test_a_job_of_a_newer_release_is_left_alone(store: HouseholdStore) -> None:
    put(store, kind="unheard of")
    drain(store, {"chore": lambda *_: None}, clock(1))
    assert state(store) == [("waiting", 0, None)]


@pytest.mark.parametrize("error", [DiskFull(), ValueError("planted")])
def test_a_job_that_fails_is_tried_again_later_and_in_the_end_no_more(
    store: HouseholdStore, error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    put(store)
    put(store, "two", kind="other")
    others: list[int] = []
    now = 0
    pauses = []
    for _ in range(jobs.MOST_ATTEMPTS):
        drain(store, {"chore": fail, "other": lambda *_: others.append(1)}, clock(now))
        with store.read() as connection:
            later = connection.execute("SELECT max(not_before) FROM job").fetchone()[0]
        pauses.append(later - now)
        now = later
    code = getattr(error, "code", "box_error")
    assert state(store) == [("failed", jobs.MOST_ATTEMPTS, code), ("done", 1, None)]
    assert pauses == sorted(pauses)
    assert pauses[0] < pauses[-1]
    assert others == [1]


def test_a_killed_worker_s_job_is_taken_again_when_its_lease_has_run_out(
    store: HouseholdStore,
) -> None:
    put(store)
    lost = jobs.take(store, ["chore"], 0)
    assert lost is not None
    again = jobs.take(store, ["chore"], jobs.LEASE_MS)
    assert again is not None
    jobs.finish(store, lost)
    assert state(store) == [("running", 2, None)]
    jobs.finish(store, again)
    assert state(store) == [("done", 2, None)]


def test_a_worker_that_starts_takes_over_at_once(store: HouseholdStore) -> None:
    put(store)
    jobs.take(store, ["chore"], 0)
    jobs.end_leases(store)
    assert jobs.take(store, ["chore"], 1) is not None


def test_a_job_that_kills_every_worker_is_given_up(store: HouseholdStore) -> None:
    put(store)
    for _ in range(jobs.MOST_ATTEMPTS):
        assert jobs.take(store, ["chore"], 0) is not None
        jobs.end_leases(store)
    assert jobs.take(store, ["chore"], 1) is None
    assert state(store) == [("failed", jobs.MOST_ATTEMPTS, "worker_died")]


def test_jobs_outlive_the_process(vault: Vault, tmp_path: Path) -> None:
    put(vault.household)
    vault.close()
    again = Vault(tmp_path / "data", tmp_path / "config")
    assert jobs.take(again.household, ["chore"], 0) is not None
    again.close()
