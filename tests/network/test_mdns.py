"""Boxes are found where they are, through everything that happens to a home's network."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from futureself_box.bench.running_box import RunningBox, eventually
from futureself_box.lan.discovery import FoundBox
from tests.network.home_network import HomeNetwork, Place, move

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="making networks needs root"),
    pytest.mark.timeout(120),
]


@contextmanager
def box_in(place: Place, folder: Path) -> Iterator[RunningBox]:
    """A box that runs there, without a model."""
    box = RunningBox(folder, None, FUTURESELF_LAN_ENABLED="true")
    box.prefix = place.enter
    box.start()
    try:
        yield box
    finally:
        box.stop()


def discover(place: Place, within_s: float = 1.0) -> list[FoundBox]:
    """What `futureself-box discover` finds from there."""
    options = ["--json", "--within", str(within_s)]
    command = [sys.executable, "-m", "futureself_box.cli", "discover", *options]
    # Status 1 says that none answered.
    said = place.run("sh", "-c", '"$@" 2>/dev/null || true', "sh", *command)
    return msgspec.json.decode(said, type=list[FoundBox])


def where(place: Place) -> set[tuple[str, ...]]:
    """The addresses of each box that is found from there."""
    return {box.addresses for box in discover(place)}


@pytest.fixture
def home() -> Iterator[HomeNetwork]:
    """A home with nothing in it."""
    with HomeNetwork() as network:
        yield network


@pytest.fixture
def phone(home: HomeNetwork) -> Place:
    """A place to look from."""
    return home.join("192.168.7.50")


def test_a_box_is_found_with_all_that_it_takes_to_reach_it(
    home: HomeNetwork, phone: Place, tmp_path: Path
) -> None:
    place = home.join("192.168.7.20")
    with box_in(place, tmp_path) as box:
        (found,) = eventually(lambda: discover(phone))
        assert found.host == f"futureself-{found.id}.local"
        assert found.addresses == ("192.168.7.20",)
        assert (found.port, found.pairing) == (8443, False)
        assert place.call(lambda: box.call("GET", "/check"))["fingerprint"].startswith(
            found.fingerprint
        )
    assert discover(phone) == []


def test_an_invitation_shows_that_a_device_could_join(
    home: HomeNetwork, phone: Place, tmp_path: Path
) -> None:
    place = home.join("192.168.7.20")
    with box_in(place, tmp_path) as box:
        place.call(box.wait_until_up)
        owner = place.call(box.set_up)
        assert eventually(lambda: discover(phone))[0].pairing is False
        invitation = place.call(lambda: owner.call("POST", "/api/invitations", {}))
        assert eventually(lambda: [one for one in discover(phone) if one.pairing])
        place.call(lambda: owner.call("DELETE", f"/api/invitations/{invitation['id']}"))
        assert eventually(lambda: [one for one in discover(phone) if not one.pairing])


def test_two_boxes_are_two(home: HomeNetwork, phone: Place, tmp_path: Path) -> None:
    first, second = home.join("192.168.7.20"), home.join("192.168.7.21")
    with box_in(first, tmp_path / "one"), box_in(second, tmp_path / "two"):
        both = {("192.168.7.20",), ("192.168.7.21",)}
        assert eventually(lambda: where(phone) == both)
        assert len({box.id for box in discover(phone)}) == 2


def test_a_copy_of_a_box_makes_way_for_it(home: HomeNetwork, phone: Place, tmp_path: Path) -> None:
    first, second = home.join("192.168.7.20"), home.join("192.168.7.21")
    with box_in(first, tmp_path / "one"):
        (found,) = eventually(lambda: discover(phone))
        for part in ("data", "config"):
            sockets = shutil.ignore_patterns("run")
            shutil.copytree(tmp_path / "one" / part, tmp_path / "two" / part, ignore=sockets)
        with box_in(second, tmp_path / "two") as copy:
            assert eventually(lambda: f"Future Self Box {found.id}-2." in copy.log)


def test_a_change_of_address_is_followed(home: HomeNetwork, phone: Place, tmp_path: Path) -> None:
    place = home.join("192.168.7.20")
    with box_in(place, tmp_path):
        assert eventually(lambda: where(phone) == {("192.168.7.20",)})
        move(place, "192.168.7.20", "192.168.7.30")
        assert eventually(lambda: where(phone) == {("192.168.7.30",)})


def test_a_box_is_found_again_when_the_wi_fi_comes_back(
    home: HomeNetwork, phone: Place, tmp_path: Path
) -> None:
    place = home.join("192.168.7.20")
    with box_in(place, tmp_path) as box:
        assert eventually(lambda: where(phone) == {("192.168.7.20",)})
        place.run("ip", "link", "set", "wlan0", "down")
        assert eventually(lambda: '"addresses": []' in box.log)
        place.run("ip", "link", "set", "wlan0", "up")
        assert eventually(lambda: where(phone) == {("192.168.7.20",)})


def test_a_box_that_starts_without_a_network_is_found_once_there_is_one(
    home: HomeNetwork, phone: Place, tmp_path: Path
) -> None:
    place = home.join("192.168.7.20")
    place.run("ip", "link", "set", "wlan0", "down")
    with box_in(place, tmp_path) as box:
        assert eventually(lambda: "box_started" in box.log)
        place.run("ip", "link", "set", "wlan0", "up")
        assert eventually(lambda: where(phone) == {("192.168.7.20",)})


def test_a_container_s_network_is_not_announced(
    home: HomeNetwork, phone: Place, tmp_path: Path
) -> None:
    place = home.join("192.168.7.20")
    place.run("ip", "link", "add", "docker0", "type", "veth", "peer", "name", "veth0a1b")
    place.run("ip", "address", "add", "172.17.0.1/16", "dev", "docker0")
    for end in ("docker0", "veth0a1b"):
        place.run("ip", "link", "set", end, "up")
    with box_in(place, tmp_path):
        assert eventually(lambda: where(phone) == {("192.168.7.20",)})


def test_guests_find_nothing(home: HomeNetwork, tmp_path: Path) -> None:
    guest = home.join_as_guest("192.168.8.50")
    with box_in(home.join("192.168.7.20"), tmp_path) as box:
        assert eventually(lambda: '"announced"' in box.log)
        assert discover(guest) == []


def test_without_a_network_looking_says_so(home: HomeNetwork) -> None:
    place = home.join("192.168.7.20")
    place.run("ip", "link", "set", "wlan0", "down")
    command = [sys.executable, "-m", "futureself_box.cli", "discover"]
    said = place.run("sh", "-c", '"$@" 2>&1 || true', "sh", *command)
    assert "network" in said
    assert "Traceback" not in said
