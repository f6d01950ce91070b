"""The box knows where it is and shows a certificate that fits; its private keys are in no file."""

import plistlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from futureself_box.lan import announcement, authority, identity, interfaces, profile, tls
from futureself_box.lan.identity import Identity
from futureself_box.lan.presence import Presence
from futureself_box.settings import Lan
from futureself_box.store.vault import Vault

NOW = datetime(2027, 3, 1, tzinfo=UTC)


@pytest.fixture
def box(vault: Vault) -> Identity:
    """A box's identity."""
    return identity.load_or_create(vault.household, NOW)


@contextmanager
def serving(context: ssl.SSLContext) -> Iterator[int]:
    """One handshake on a port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def shake() -> None:
            plain, _ = listening.accept()
            with plain, suppress(ssl.SSLError):
                context.wrap_socket(plain, server_side=True).close()

        thread = threading.Thread(target=shake)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


def shake_hands(context: ssl.SSLContext, client: ssl.SSLContext) -> tuple[str | None, bytes]:
    """The protocol that both agree on, and the certificate that was shown."""
    with (
        serving(context) as port,
        socket.create_connection(("127.0.0.1", port)) as plain,
        client.wrap_socket(plain, server_hostname="localhost") as shaken,
    ):
        return shaken.version(), shaken.getpeercert(binary_form=True) or b""


def trusting_nobody() -> ssl.SSLContext:
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    return client


def test_a_box_keeps_its_identity(vault: Vault, box: Identity) -> None:
    again = identity.load_or_create(vault.household, NOW)
    assert again == box
    assert again.host_name == f"futureself-{box.id}.local"
    assert not set(box.id) & set("aeiou01lo")


def test_private_keys_are_in_no_file(vault: Vault, box: Identity, tmp_path: Path) -> None:
    tls.server_context(box)
    secrets = [line for pem in (box.leaf_key, box.authority.key_pem) for line in pem.split("\n")]
    longest = max(secrets, key=len).encode()
    for file in tmp_path.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert b"PRIVATE KEY" not in content
            assert longest not in content


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_1_2_and_1_3_are_spoken(box: Identity, version: ssl.TLSVersion) -> None:
    client = trusting_nobody()
    client.minimum_version = client.maximum_version = version
    spoken, shown = shake_hands(tls.server_context(box), client)
    assert spoken == version.name.replace("_", ".")
    assert authority.public_key_fingerprint(shown) == box.fingerprint


def test_old_ciphers_are_refused(box: Identity) -> None:
    client = trusting_nobody()
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    client.set_ciphers("AES128-SHA:AES256-SHA:ECDHE-ECDSA-AES128-SHA")
    with pytest.raises(ssl.SSLError):
        shake_hands(tls.server_context(box), client)


def test_a_renewed_certificate_is_shown_without_a_restart(vault: Vault, box: Identity) -> None:
    context = tls.server_context(box)
    _, before = shake_hands(context, trusting_nobody())
    address = authority.NETWORKS[0][7]
    renewed = identity.renew(vault.household, box, [address], NOW)
    tls.load(context, renewed)
    _, after = shake_hands(context, trusting_nobody())
    assert before != after
    assert authority.public_key_fingerprint(before) == authority.public_key_fingerprint(after)
    assert identity.renew(vault.household, renewed, [address], NOW) is renewed


def test_interfaces_of_containers_and_vpns_lead_nowhere_home() -> None:
    elsewhere = [
        "docker0",
        "br-0123456789ab",
        "veth12",
        "tun0",
        "wg0",
        "tailscale0",
        "virbr0",
        "lo",
    ]
    home = ["eth0", "wlan0", "enp3s0", "wlp2s0", "end0", "br0", "bond0", "en0"]
    assert [name for name in elsewhere + home if interfaces.leads_home(name)] == home


def test_what_is_announced_is_short_and_names_nobody(box: Identity) -> None:
    info = announcement.service(box, (authority.NETWORKS[2][20],), 8443, pairing=True)
    assert len(info.text) < 200
    assert set(info.decoded_properties) == {"v", "id", "n", "fp", "tls", "pair"}
    assert info.server == f"futureself-{box.id}.local."


def test_the_profile_is_the_same_each_time(box: Identity) -> None:
    assert profile.mobileconfig(box) == profile.mobileconfig(box)
    (payload,) = plistlib.loads(profile.mobileconfig(box))["PayloadContent"]
    assert payload["PayloadType"] == "com.apple.security.root"
    assert payload["PayloadContent"] == profile.certificate(box)


def test_a_presence_leads_a_new_phone_to_an_address_that_the_box_has(vault: Vault) -> None:
    presence = Presence(vault.household, Lan(), now=lambda: NOW)
    presence.addresses = (authority.NETWORKS[0][7], authority.NETWORKS[2][20])
    assert presence.join_url("192.168.0.20", "j=x") == "http://192.168.0.20:8480/#j=x"
    assert presence.join_url("127.0.0.1", "j=x") == "http://10.0.0.7:8480/#j=x"
    assert presence.origins[0] == f"https://{presence.host_name}:8443"
    presence.addresses = ()
    assert presence.join_url(None, "j=x") is None
