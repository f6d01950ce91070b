"""Which prompt is read next, and how much of it."""

import msgspec
import pytest

from futureself_box.inference.pace import Pace


class Prompt(msgspec.Struct):
    left: int
    arrived: float = 0.0
    served_s: float = 0.0


def measured() -> Pace:
    pace = Pace()
    for _ in range(50):
        pace.note(100, 0.4)
    return pace


def test_a_slice_is_large_when_nobody_is_disturbed_and_short_when_somebody_is() -> None:
    assert measured().slice(2000, 512, gentle=False) == 512
    assert measured().slice(2000, 512, gentle=True) == 65  # one tile of attention, and one
    assert measured().slice(30, 512, gentle=True) == 30


def test_a_short_prompt_passes_a_long_one() -> None:
    long, short = Prompt(2000), Prompt(40, arrived=3.0)
    assert measured().first([long, short], now=3.0) is short


def test_a_long_prompt_that_was_passed_for_long_enough_goes_on() -> None:
    long = Prompt(1000, arrived=0.0, served_s=1.0)
    newcomer = Prompt(40, arrived=6.0)
    assert measured().first([newcomer, long], now=6.0) is long


def test_the_first_measurement_counts_whole() -> None:
    pace = Pace()
    pace.note(100, 1.0)
    assert pace.expected_s(10) == pytest.approx(0.1)
