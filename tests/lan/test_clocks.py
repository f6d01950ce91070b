"""A box whose clock is wrong still has a certificate that phones take, and makes no new one each second."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from futureself_box import RELEASED
from futureself_box.lan import authority
from futureself_box.lan.authority import Address

NOW = datetime(2027, 3, 1, tzinfo=UTC)
NAMES = ["futureself-7q2k.local"]
HOME: list[Address] = [authority.NETWORKS[2][20]]
MADE = authority.new_authority("7q2k", NOW)
KEY = authority.new_leaf_key()


def issue(now: datetime) -> str:
    return authority.issue_leaf(MADE, KEY, NAMES, HOME, now)


def certificate(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem.encode())


clocks = st.integers(0, 70 * 365).map(lambda day: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(day))


@given(clocks)
def test_whatever_the_clock_says_one_leaf_is_enough(clock: datetime) -> None:
    assert not authority.needs_renewal(issue(clock), NAMES, HOME, clock)


@pytest.mark.parametrize("clock", [datetime(1970, 1, 1, tzinfo=UTC), RELEASED - timedelta(days=3)])
def test_a_clock_that_was_behind_made_a_leaf_that_is_good_today(clock: datetime) -> None:
    assert not authority.needs_renewal(issue(clock), NAMES, HOME, NOW)


def test_a_clock_that_was_ahead_spoils_nothing() -> None:
    ahead = NOW + timedelta(days=3650)
    made = certificate(authority.new_authority("7q2k", ahead).certificate_pem)
    assert made.not_valid_before_utc < RELEASED
    assert authority.needs_renewal(issue(ahead), NAMES, HOME, NOW)
    assert not authority.needs_renewal(issue(NOW), NAMES, HOME, NOW)


@given(clocks)
def test_a_leaf_is_never_older_than_its_authority(clock: datetime) -> None:
    begins = certificate(issue(clock)).not_valid_before_utc
    assert begins >= certificate(MADE.certificate_pem).not_valid_before_utc
    assert begins <= max(clock, RELEASED) - timedelta(days=1)


def test_60_days_before_its_end_a_leaf_is_renewed() -> None:
    leaf = issue(NOW)
    last = certificate(leaf).not_valid_after_utc - timedelta(days=60, seconds=1)
    assert not authority.needs_renewal(leaf, NAMES, HOME, last)
    assert authority.needs_renewal(leaf, NAMES, HOME, last + timedelta(seconds=1))
