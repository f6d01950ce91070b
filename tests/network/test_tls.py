"""What an independent scanner says of the box's TLS."""

import os
import re
from collections.abc import Iterator

import pytest

from tests.network.home_network import HomeNetwork
from tests.network.test_mdns import box_in

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="making networks needs root"),
    pytest.mark.timeout(120),
]
BOX = "192.168.7.20"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """What sslscan finds."""
    with HomeNetwork() as home:
        place, scanner = home.join(BOX), home.join("192.168.7.77")
        with box_in(place, tmp_path_factory.mktemp("box")) as box:
            place.call(box.wait_until_up)
            yield scanner.run("sslscan", "--no-colour", "--no-fallback", f"{BOX}:8443")


@pytest.mark.parametrize("version", ["SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1"])
def test_what_is_broken_is_not_spoken(report: str, version: str) -> None:
    assert re.search(rf"{re.escape(version)}\s+disabled", report), report


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_what_is_sound_is_spoken(report: str, version: str) -> None:
    assert re.search(rf"{re.escape(version)}\s+enabled", report), report


def test_every_cipher_is_authenticated_and_keeps_the_past_secret(report: str) -> None:
    accepted = re.findall(r"(?:Preferred|Accepted)\s+TLSv1\.(\d)\s+\d+ bits\s+(\S+)", report)
    assert accepted
    for version, cipher in accepted:
        assert "GCM" in cipher or "CHACHA20" in cipher, cipher
        assert version == "3" or cipher.startswith("ECDHE-"), cipher


def test_there_is_no_compression_no_renegotiation_and_no_heartbleed(report: str) -> None:
    assert "Compression enabled" not in report
    assert "Insecure session renegotiation" not in report
    assert "vulnerable" not in report.replace("not vulnerable", "")
