"""`bench household`: a few phones for some seconds, and whether its account tells what is wrong."""

import xml.etree.ElementTree as ET
from pathlib import Path
from uuid import uuid4

import pytest

from futureself_box.bench import household, ledger
from futureself_box.bench.ledger import Account
from futureself_box.errors import RequestInvalid


@pytest.mark.soak
@pytest.mark.timeout(180)
def test_a_household_loses_and_doubles_nothing(models: Path, soak: bool) -> None:
    phones, minutes = (50, 10.0) if soak else (6, 0.2)
    report, played = household.measure(models, phones=phones, minutes=minutes)
    assert (report.account.lost, report.account.doubled) == (0, 0)
    assert report.account.acknowledged > phones
    # Who was cut off and asks again may have asked for more than the box answers at a time.
    assert set(report.failures) <= {"message: too_many_turns"}
    assert {one.what for one in report.latencies} >= {"journal write", "message", "sync"}
    assert {one.process for one in report.memory} == {"box", "worker"}
    drawn = ET.fromstring(household.draw(played, minutes * 60))  # noqa: S314
    assert len(list(drawn.iter("{http://www.w3.org/2000/svg}polyline"))) == 7
    if soak:
        assert report.write_p99_ms <= household.WRITE_P99_MS
        assert report.grown_mb <= household.GROWN_MB


def test_the_account_sees_what_is_lost_and_what_is_there_twice() -> None:
    one, two, three, never_sent = (uuid4() for _ in range(4))
    sent = [one, two, three]
    assert ledger.compare(sent, [one, two], [one, two]) == Account(2, 0, 0)
    assert ledger.compare(sent, [one, two], [one, three]) == Account(2, 1, 0)
    assert ledger.compare(sent, [one], [one, one, never_sent]) == Account(1, 0, 2)
    assert Account(2, 1, 0) + Account(1, 0, 2) == Account(3, 1, 2)


def test_shares_are_of_what_was_measured() -> None:
    report = household.latency_of("sync", [n / 1000 for n in range(1, 101)])
    assert (report.median_ms, report.p95_ms, report.p99_ms, report.most_ms) == (50.5, 95, 99, 100)


@pytest.mark.parametrize(("phones", "minutes"), [(0, 1.0), (51, 1.0), (5, 0.0)])
def test_a_load_that_makes_no_sense_is_refused(phones: int, minutes: float) -> None:
    with pytest.raises(RequestInvalid):
        household.measure(Path("models"), phones=phones, minutes=minutes)
