"""What a stranger on the home network may try, tried over a home network."""

import os
from collections.abc import Iterator
from contextlib import ExitStack

import httpx2
import msgspec
import pytest
from websockets.exceptions import InvalidStatus

from futureself_box.api.limits import CONNECTIONS_OF_AN_ADDRESS
from futureself_box.bench.running_box import Device, RunningBox, eventually
from futureself_box.household import codes
from tests.network.home_network import HomeNetwork, Place
from tests.network.test_mdns import box_in
from tests.network.visitor import JOIN_PORT, LOCAL_PORT, Visitor

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="making networks needs root"),
    pytest.mark.timeout(120),
]
BOX = "192.168.7.20"


class Family(msgspec.Struct):
    """A box at home, its owner, and a stranger on the same Wi-Fi."""

    place: Place
    box: RunningBox
    owner: Device
    stranger: Visitor

    def invite(self) -> dict[str, str]:
        """An invitation for somebody new."""
        body = {"name": "Gran"}
        made: dict[str, str] = self.place.call(
            lambda: self.owner.call("POST", "/api/invitations", body)
        )
        return made

    def state(self, invitation: dict[str, str], part: str = "state") -> object:
        """What the inviting screen sees of it."""
        path = f"/api/invitations/{invitation['id']}"
        return self.place.call(lambda: self.owner.call("GET", path))[part]


@pytest.fixture(scope="module")
def home() -> Iterator[HomeNetwork]:
    """A home with nothing in it."""
    with HomeNetwork() as network:
        yield network


@pytest.fixture(scope="module")
def place(home: HomeNetwork) -> Place:
    """Where the box is."""
    return home.join(BOX)


@pytest.fixture(scope="module")
def elsewhere(home: HomeNetwork) -> Place:
    """Where the stranger is."""
    return home.join("192.168.7.66")


@pytest.fixture
def family(
    place: Place, elsewhere: Place, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Family]:
    """A box that is set up. A new one for each test: wrong tries are remembered."""
    with box_in(place, tmp_path_factory.mktemp("box")) as box:
        place.call(box.wait_until_up)
        owner = place.call(box.set_up)
        yield Family(place, box, owner, Visitor(elsewhere, BOX))


def test_the_app_is_not_to_be_had_in_the_open(family: Family) -> None:
    secret = family.invite()["secret"]
    with pytest.raises(ConnectionRefusedError):
        family.stranger.connection(LOCAL_PORT)
    body = {"given": secret, "device_name": "Theirs", "commitment": "A" * 43}
    for method, path in (("POST", "/api/join"), ("GET", "/api/household"), ("GET", "/ws")):
        answer = family.stranger.request(method, path, body, base=family.stranger.join_url)
        assert answer.status_code in {404, 405}
    plain = f"http://{BOX}:8443"
    with pytest.raises(httpx2.TransportError):
        family.stranger.request("POST", "/api/join", body, base=plain)


def test_a_secret_that_comes_again_lets_nobody_in(family: Family) -> None:
    invitation = family.invite()
    gran = family.place.call(lambda: family.box.ask(invitation["secret"]))
    assert family.stranger.ask(invitation["secret"]) == "invitation_doubled"
    assert family.state(invitation) == "doubled"
    assert family.place.call(gran.claim)["state"] == "doubled"


def test_a_used_secret_is_worth_nothing(family: Family) -> None:
    invitation = family.invite()
    gran = family.place.call(lambda: family.box.ask(invitation["secret"]))
    family.place.call(lambda: family.owner.confirm(invitation["id"], gran.number))
    family.place.call(gran.come_in)
    assert family.stranger.ask(invitation["secret"]) == "code_spent"


def test_guessing_secrets_is_stopped_for_the_guesser_alone(family: Family) -> None:
    invitation = family.invite()
    guesses = [family.stranger.ask(codes.to_text(codes.new_secret())) for _ in range(11)]
    assert guesses == ["code_wrong"] * 10 + ["too_many_tries"]
    assert family.place.call(lambda: family.box.ask(invitation["secret"])).number


def test_fifty_addresses_that_guess_close_the_code_and_not_the_qr(family: Family) -> None:
    invitation = family.invite()
    sources = [f"192.168.7.{last}" for last in range(100, 150)]
    for source in sources:
        family.stranger.place.run("ip", "addr", "add", f"{source}/24", "dev", "wlan0")
    wrong = f"{(int(invitation['code']) + 1) % 10**8:08}"
    said = [family.stranger.ask(wrong, source=source) for source in sources]
    assert "" not in said
    assert said.count("code_wrong") == codes.WRONG_CODES - 1
    assert family.state(invitation, "code_works") is False
    assert family.stranger.ask(invitation["code"]) != ""
    assert family.stranger.ask(invitation["secret"], source=sources[0]) == ""


def test_another_name_for_the_same_address_is_refused(family: Family) -> None:
    answer = family.stranger.request("GET", "/api/household", headers={"host": "evil.example"})
    assert answer.status_code == 403
    named = {"host": f"evil.example:{JOIN_PORT}"}
    page = family.stranger.request("GET", "/", headers=named, base=family.stranger.join_url)
    assert page.status_code in {403, 421}
    with pytest.raises(InvalidStatus, match="403"):
        family.stranger.socket(host="evil.example:8443")


def test_a_page_of_another_origin_is_refused(family: Family) -> None:
    for origin in ("https://evil.example", f"http://{BOX}:{JOIN_PORT}", "null"):
        answer = family.stranger.request("GET", "/api/household", headers={"origin": origin})
        assert answer.status_code == 403, origin
        with pytest.raises(InvalidStatus, match="403"):
            family.stranger.socket(origin=origin)


def test_the_app_s_own_other_address_may_open_a_socket(family: Family) -> None:
    box_id = family.place.call(lambda: family.box.call("GET", "/check"))["id"]
    family.stranger.socket(origin=f"https://futureself-{box_id}.local:8443").close()


@pytest.mark.parametrize("port", [8443, JOIN_PORT])
def test_who_holds_many_connections_keeps_nobody_else_out(family: Family, port: int) -> None:
    with ExitStack() as held:
        for _ in range(CONNECTIONS_OF_AN_ADDRESS + 20):
            held.enter_context(family.stranger.connection(port))
        family.stranger.place.run("ip", "addr", "replace", "192.168.7.67/24", "dev", "wlan0")
        base = family.stranger.url if port == 8443 else family.stranger.join_url
        answer = family.stranger.request("GET", "/check", base=base, source="192.168.7.67")
        assert answer.is_success


def test_a_second_box_of_the_same_name_is_not_trusted(
    family: Family, home: HomeNetwork, tmp_path_factory: pytest.TempPathFactory
) -> None:
    imposter = home.join("192.168.7.21")
    with box_in(imposter, tmp_path_factory.mktemp("imposter")) as box:
        imposter.call(box.wait_until_up)
        other = "https://192.168.7.21:8443"
        seen = eventually(lambda: family.stranger.request("GET", "/check"))
        assert seen.is_success
        with pytest.raises(httpx2.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            family.stranger.request("GET", "/check", base=other)
