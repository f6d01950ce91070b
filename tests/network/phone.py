"""A phone in a place of the home: Chromium with a trust store of its own, and names by mDNS.

`.local` is resolved as a Linux phone does: avahi and libnss-mdns. The authority is imported with certutil,
which stands for the operating system's own screens; no certificate error is ever ignored.
"""

import shlex
import subprocess
from pathlib import Path

import httpx2
from playwright.async_api import BrowserContext, Playwright

from tests.network.home_network import Place
from tests.web.app import PATIENCE_MS
from tests.web.conftest import ARGUMENTS, CHROMIUM

_AVAHI = """[server]
use-ipv6=no
enable-dbus=no
[publish]
disable-publishing=yes
[rlimits]
"""


class PhoneInPlace:
    """One phone. Its home folder outlives its browser."""

    def __init__(self, place: Place, folder: Path) -> None:
        self.place = place
        # An address that IPv6 makes up a second later would cut what Chromium is loading.
        place.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1")
        self._home = folder
        self._database = f"sql:{folder}/.pki/nssdb"
        (folder / ".pki/nssdb").mkdir(parents=True)
        subprocess.run(["certutil", "-d", self._database, "-N", "--empty-password"], check=True)
        self._wrapper = folder / "chromium"
        self._wrapper.write_text(f'#!/bin/sh\nexec {shlex.join(place.enter)} {CHROMIUM} "$@"\n')
        self._wrapper.chmod(0o700)
        self._avahi: subprocess.Popen[bytes] | None = None

    def resolve_names(self) -> None:
        """Begin to resolve `.local`."""
        configuration = self._home / "avahi.conf"
        configuration.write_text(_AVAHI)
        command = ["avahi-daemon", "--no-drop-root", "--no-chroot", "--no-rlimits", "-f"]
        self._avahi = subprocess.Popen(
            [*self.place.enter, *command, str(configuration)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def trust(self, url: str) -> None:
        """Fetch the certificate from the join page and install it."""
        file = self._home / "future-self-box.crt"
        fetched = self.place.call(lambda: httpx2.get(f"{url}/future-self-box.crt", timeout=10))
        file.write_bytes(fetched.raise_for_status().content)
        subprocess.run(
            ["certutil", "-d", self._database, "-A", "-t", "C,,", "-n", "box", "-i", str(file)],
            check=True,
        )

    async def browser(self, playwright: Playwright) -> BrowserContext:
        """The phone's browser; again, it has kept what it had."""
        context = await playwright.chromium.launch_persistent_context(
            self._home / "profile",
            executable_path=self._wrapper,
            args=ARGUMENTS,
            env={"HOME": str(self._home)},
            viewport={"width": 360, "height": 640},
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        return context

    def __enter__(self) -> "PhoneInPlace":
        return self

    def __exit__(self, *_: object) -> None:
        if self._avahi is not None:
            self._avahi.terminate()
            self._avahi.wait()
