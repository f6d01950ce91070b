"""A box for each file, and a new member of its household for each test.

A test that kills its box, or counts who lives there, takes `box` or `silent_box` for itself.
"""

from itertools import count

import pytest

from futureself_box.bench.running_box import Device, RunningBox

_numbers = count(1)


@pytest.fixture(scope="module")
def owner(home: RunningBox) -> Device:
    """The owner of the box with a model."""
    return home.set_up()


@pytest.fixture(scope="module")
def silent_owner(silent_home: RunningBox) -> Device:
    """The owner of the box without a model."""
    return silent_home.set_up()


@pytest.fixture
def talker(owner: Device) -> Device:
    """A new member, who has said nothing yet and gets answers."""
    return owner.invite(f"Ada {next(_numbers)}")


@pytest.fixture
def writer(silent_owner: Device) -> Device:
    """A new member, who has written nothing yet and gets no answers."""
    return silent_owner.invite(f"Ada {next(_numbers)}")
