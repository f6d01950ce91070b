"""The terminal finds a box at home by itself, joins over TLS, and finds it again."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from futureself_box.bench.running_box import RunningBox, eventually
from tests.network.home_network import HomeNetwork, Place, move
from tests.network.test_mdns import box_in, where

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="making networks needs root"),
    pytest.mark.timeout(120),
]
# What a box without a model answers: whoever reads this has talked to it.
REACHED = "futureself-box models pull starter"


class Terminal:
    """`futureself-box chat` in a place, with a folder of its own."""

    def __init__(self, place: Place, folder: Path) -> None:
        self.place = place
        self._environment = RunningBox(folder, None).environment
        self._login = folder / "config" / "terminal.json"

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Say one thing."""
        chat = [sys.executable, "-m", "futureself_box.cli", "chat", "--once", "Hi", *arguments]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        command = [*self.place.enter, *chat]
        return subprocess.Popen(command, env=self._environment, text=True, **pipes)  # type: ignore[call-overload,no-any-return]

    def say(self, *arguments: str, typed: str = "") -> str:
        """Say one thing; all that it prints."""
        with self.start(*arguments) as chat:
            return "".join(chat.communicate(typed, timeout=60))

    @property
    def login(self) -> Any:
        """What it keeps."""
        return json.loads(self._login.read_text())


@pytest.fixture
def home() -> Iterator[HomeNetwork]:
    """A home with nothing in it."""
    with HomeNetwork() as network:
        yield network


@pytest.fixture
def terminal(home: HomeNetwork, tmp_path: Path) -> Terminal:
    """A terminal on another machine."""
    return Terminal(home.join("192.168.7.50"), tmp_path / "terminal")


def announced(terminal: Terminal, *addresses: str) -> bool:
    return where(terminal.place) == {(address,) for address in addresses}


def test_it_finds_the_box_and_joins_over_tls(
    home: HomeNetwork, terminal: Terminal, tmp_path: Path
) -> None:
    with box_in(home.join("192.168.7.20"), tmp_path) as box:
        assert eventually(lambda: announced(terminal, "192.168.7.20"))
        assert REACHED in terminal.say("--code", box.setup_code, "--name", "Ada")
        assert terminal.login["authority"].startswith("-----BEGIN CERTIFICATE-----")
        assert "https://192.168.7.20:8443" in terminal.login["addresses"]
        assert terminal.login["url"] in terminal.login["addresses"]
        assert REACHED in terminal.say()


def test_the_number_follows_from_the_certificate_that_it_saw(
    home: HomeNetwork, terminal: Terminal, tmp_path: Path
) -> None:
    place = home.join("192.168.7.20")
    with box_in(place, tmp_path) as box:
        assert eventually(lambda: announced(terminal, "192.168.7.20"))
        owner = place.call(box.set_up)
        invitation = place.call(lambda: owner.call("POST", "/api/invitations", {}))
        status = f"/api/invitations/{invitation['id']}"
        with terminal.start("--code", invitation["code"]) as joining:
            number = eventually(lambda: place.call(lambda: owner.call("GET", status))["number"])
            assert joining.stderr is not None
            told = joining.stderr.readline().strip()
            assert told == f"Ask Ada to check: {number[:3]} {number[3:]}"
            place.call(lambda: owner.confirm(invitation["id"], number))
            _, said = joining.communicate(timeout=60)
        assert REACHED in said


def test_it_follows_the_box_to_another_address_and_past_an_imposter_at_the_old_one(
    home: HomeNetwork, terminal: Terminal, tmp_path: Path
) -> None:
    place = home.join("192.168.7.20")
    with box_in(place, tmp_path / "ours") as box:
        assert eventually(lambda: announced(terminal, "192.168.7.20"))
        terminal.say("--code", box.setup_code, "--name", "Ada")
        move(place, "192.168.7.20", "192.168.7.30")
        with box_in(home.join("192.168.7.20"), tmp_path / "theirs"):
            assert eventually(lambda: announced(terminal, "192.168.7.20", "192.168.7.30"))
            assert REACHED in terminal.say()
            assert terminal.login["url"] == "https://192.168.7.30:8443"


def test_without_multicast_it_tries_what_it_knows(
    home: HomeNetwork, terminal: Terminal, tmp_path: Path
) -> None:
    place = home.join("192.168.7.20")
    place.run("ip", "address", "add", "192.168.7.30/24", "dev", "wlan0")
    with box_in(place, tmp_path) as box:
        both = ("192.168.7.20", "192.168.7.30")
        assert eventually(lambda: where(terminal.place) == {both})
        assert REACHED in terminal.say("--code", box.setup_code, "--name", "Ada")
        # The cable that the terminal used before is pulled, and nobody hears that it was.
        terminal.place.run("ip", "link", "set", "wlan0", "multicast", "off")
        last = terminal.login["url"].removeprefix("https://").removesuffix(":8443")
        (other,) = set(both) - {last}
        place.run("sysctl", "-qw", "net.ipv4.conf.wlan0.promote_secondaries=1")
        place.run("ip", "address", "del", f"{last}/24", "dev", "wlan0")
        assert REACHED in terminal.say()
        assert terminal.login["url"] == f"https://{other}:8443"


def test_where_there_are_several_boxes_it_asks(
    home: HomeNetwork, terminal: Terminal, tmp_path: Path
) -> None:
    first, second = home.join("192.168.7.20"), home.join("192.168.7.21")
    with box_in(first, tmp_path / "one") as one, box_in(second, tmp_path / "two"):
        assert eventually(lambda: announced(terminal, "192.168.7.20", "192.168.7.21"))
        said = terminal.say("--code", one.setup_code, "--name", "Ada", typed="3\n1\n")
        assert "1  https://" in said
        assert "2  https://" in said
        assert "Which box" in said
