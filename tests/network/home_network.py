"""A home's network in network namespaces: a router with its access point, and places to put things.

Each place is a namespace of its own, held by one process; when that ends, the kernel takes the namespace
and its cables away. What is in the home sees multicast of the home, and no more. A guest network lies
behind the same router, where multicast doesn't pass.
"""

import ctypes
import os
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import TypeVar

_T = TypeVar("_T")
_CLONE_NEWNET = 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)
_HOLD = "mount -t tmpfs tmpfs /run && echo there && exec sleep infinity >/dev/null"


class Place:
    """A namespace of network and mounts."""

    def __init__(self) -> None:
        self._holder = subprocess.Popen(
            ["unshare", "--net", "--mount", "--propagation=private", "sh", "-c", _HOLD],
            stdout=subprocess.PIPE,
        )
        assert self._holder.stdout is not None
        with self._holder.stdout as said:
            assert said.readline() == b"there\n"
        self.pid = self._holder.pid
        self.run("ip", "link", "set", "lo", "up")

    @property
    def enter(self) -> tuple[str, ...]:
        """The beginning of a command that runs here."""
        return ("nsenter", f"--target={self.pid}", "--net", "--mount", "--")

    def run(self, *command: str) -> str:
        """Run a command here; what it printed."""
        done = subprocess.run([*self.enter, *command], check=True, capture_output=True, text=True)
        return done.stdout

    def call(self, act: Callable[[], _T]) -> _T:
        """Call something with this place's network, in a thread that ends with it."""

        def inside() -> _T:
            descriptor = os.open(f"/proc/{self.pid}/ns/net", os.O_RDONLY)
            try:
                if _LIBC.setns(descriptor, _CLONE_NEWNET) != 0:
                    raise OSError(ctypes.get_errno(), "setns")
            finally:
                os.close(descriptor)
            return act()

        with ThreadPoolExecutor(max_workers=1) as pool:
            return pool.submit(inside).result()

    def close(self) -> None:
        """Let go of it."""
        self._holder.kill()
        self._holder.wait()


class HomeNetwork:
    """`with HomeNetwork() as home`: a router at 192.168.7.1 and, for guests, 192.168.8.1."""

    def __enter__(self) -> "HomeNetwork":
        self._places: list[Place] = []
        self.router = self._place()
        self.router.run("ip", "link", "add", "home", "type", "bridge", "mcast_snooping", "0")
        self.router.run("ip", "addr", "add", "192.168.7.1/24", "dev", "home")
        self.router.run("ip", "link", "set", "home", "up")
        self.router.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for place in reversed(self._places):
            place.close()

    def join(self, address: str, interface: str = "wlan0") -> Place:
        """Something new on the home's Wi-Fi, at 192.168.7.x."""
        place = self._place()
        port = self._cable(place, interface)
        self.router.run("ip", "link", "set", port, "master", "home", "up")
        move(place, None, address, interface)
        return place

    def join_as_guest(self, address: str, interface: str = "wlan0") -> Place:
        """Something new at 192.168.8.x, where the home is reached by way of the router only."""
        place = self._place()
        port = self._cable(place, interface)
        self.router.run("ip", "addr", "add", "192.168.8.1/24", "dev", port)
        self.router.run("ip", "link", "set", port, "up")
        place.run("ip", "addr", "add", f"{address}/24", "dev", interface)
        place.run("ip", "link", "set", interface, "up")
        place.run("ip", "route", "add", "default", "via", "192.168.8.1")
        return place

    def _place(self) -> Place:
        place = Place()
        self._places.append(place)
        return place

    def _cable(self, place: Place, interface: str) -> str:
        port = f"port{len(self._places)}"
        peer = ["peer", "name", interface, "netns", str(place.pid)]
        self.router.run("ip", "link", "add", port, "type", "veth", *peer)
        return port


def move(place: Place, old: str | None, new: str, interface: str = "wlan0") -> None:
    """Give a place in the home another address, as a router that forgot does."""
    if old is not None:
        place.run("ip", "addr", "del", f"{old}/24", "dev", interface)
    place.run("ip", "addr", "add", f"{new}/24", "dev", interface)
    place.run("ip", "link", "set", interface, "up")
    place.run("ip", "route", "replace", "default", "via", "192.168.7.1")
