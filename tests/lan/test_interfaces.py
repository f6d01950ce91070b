"""Which of a machine's addresses are those of the home network."""

import json
import os
import sys
import zlib
from collections.abc import Iterator

import pytest

from tests.network.home_network import HomeNetwork, Place

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="making networks needs root")
ASK = """
import json, sys
from futureself_box.lan import interfaces
print(json.dumps([str(address) for address in interfaces.addresses(*sys.argv[1:])]))
"""


@pytest.fixture
def machine() -> Iterator[Place]:
    """A machine at 192.168.7.2."""
    with HomeNetwork() as home:
        yield home.join("192.168.7.2")


def addresses(machine: Place, *chosen: str) -> list[str]:
    found: list[str] = json.loads(machine.run(sys.executable, "-c", ASK, *chosen))
    return found


def add(machine: Place, name: str, address: str) -> None:
    # One end of a wire; an interface without another end would count as unplugged.
    other_end = f"veth{zlib.crc32(name.encode()):08x}"
    machine.run("ip", "link", "add", name, "type", "veth", "peer", "name", other_end)
    for end in (name, other_end):
        machine.run("ip", "link", "set", end, "up")
    at_once = ["nodad"] if ":" in address else []
    machine.run("ip", "address", "add", address, "dev", name, *at_once)


def test_containers_and_vpns_are_left_out(machine: Place) -> None:
    elsewhere = [
        "docker0",
        "br-0123456789ab",
        "veth1a2b3c",
        "virbr0",
        "tun0",
        "tap0",
        "wg0",
        "tailscale0",
        "ztabcdef12",
        "podman0",
        "cni0",
        "vboxnet0",
        "vmnet8",
    ]
    for number, name in enumerate(elsewhere):
        add(machine, name, f"10.9.{number}.1/24")
    assert addresses(machine) == ["192.168.7.2"]


def test_every_way_home_counts_ipv4_first(machine: Place) -> None:
    add(machine, "eth0", "fd00::20/64")
    add(machine, "br0", "10.0.0.4/24")
    add(machine, "enp3s0", "192.168.7.9/24")
    assert addresses(machine) == ["10.0.0.4", "192.168.7.2", "192.168.7.9", "fd00::20"]


def test_addresses_of_the_internet_and_of_no_network_are_left_out(machine: Place) -> None:
    add(machine, "wan0", "203.0.113.7/24")
    add(machine, "wan1", "2a00:1450::7/64")
    add(machine, "lost0", "169.254.7.7/16")
    assert addresses(machine) == ["192.168.7.2"]


def test_an_interface_that_is_down_has_no_address(machine: Place) -> None:
    machine.run("ip", "link", "set", "wlan0", "down")
    assert addresses(machine) == []


def test_the_owner_may_choose(machine: Place) -> None:
    add(machine, "enp3s0", "192.168.8.3/24")
    add(machine, "wg0", "10.9.0.1/24")
    assert addresses(machine, "enp3s0") == ["192.168.8.3"]
    assert addresses(machine, "wg0, wlan0") == ["10.9.0.1", "192.168.7.2"]
    assert addresses(machine, "gone0") == []
