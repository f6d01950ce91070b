"""What the box's TLS speaks and refuses, and whom a phone that trusts it believes."""

import re
import ssl
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from futureself_box.lan import authority, identity, tls
from futureself_box.lan.authority import Address
from futureself_box.lan.identity import Identity
from futureself_box.store.vault import Vault
from tests.lan.handshake import shake_hands

# Handshakes go by the clock of the machine.
NOW = datetime.now(UTC)
HOME: list[Address] = [authority.NETWORKS[2][20]]


@pytest.fixture
def box(vault: Vault) -> Identity:
    """A box's identity."""
    return identity.load_or_create(vault.household, NOW)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_every_cipher_has_forward_secrecy(box: Identity, version: ssl.TLSVersion) -> None:
    seen = shake_hands(tls.server_context(box), box, version)
    assert re.match(r"TLS_(AES|CHACHA20)|ECDHE-ECDSA-(AES\d+-GCM|CHACHA20)", seen.cipher)
    assert seen.protocol == "http/1.1"


@pytest.mark.parametrize(
    ("version", "ciphers"),
    [
        (ssl.TLSVersion.TLSv1, "ALL:@SECLEVEL=0"),
        (ssl.TLSVersion.TLSv1_1, "ALL:@SECLEVEL=0"),
        (ssl.TLSVersion.TLSv1_2, "AES128-SHA:@SECLEVEL=0"),
        (ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"),
        (ssl.TLSVersion.TLSv1_2, "aNULL:@SECLEVEL=0"),
    ],
)
# Python warns whoever still asks for the old versions; here somebody does.
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1")
def test_anything_older_or_weaker_is_refused(
    box: Identity, version: ssl.TLSVersion, ciphers: str
) -> None:
    with pytest.raises(ssl.SSLError):
        shake_hands(tls.server_context(box), box, version, ciphers)


def test_a_box_of_the_same_name_next_door_is_not_believed(box: Identity) -> None:
    made, key = authority.new_authority(box.id, NOW), authority.new_leaf_key()
    leaf = authority.issue_leaf(made, key, [box.host_name], HOME, NOW)
    next_door = Identity(box.id, made, leaf, key)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(tls.server_context(next_door), box)


def test_a_new_address_is_believed_from_the_next_handshake_on(vault: Vault, box: Identity) -> None:
    context = tls.server_context(box)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(context, box, name=str(HOME[0]))
    tls.load(context, identity.renew(vault.household, box, HOME, NOW))
    shake_hands(context, box, name=str(HOME[0]))


def test_a_renewal_is_kept(vault: Vault, box: Identity) -> None:
    later = NOW + timedelta(days=336)
    renewed = identity.renew(vault.household, box, HOME, later)
    assert renewed == msgspec.structs.replace(box, leaf=renewed.leaf)
    assert identity.load_or_create(vault.household, later) == renewed


def test_no_private_number_lies_in_a_file(vault: Vault, box: Identity) -> None:
    tls.server_context(box)
    numbers = [_private_number(pem) for pem in (box.authority.key_pem, box.leaf_key)]
    files = [path for path in vault.household.path.parents[1].rglob("*") if path.is_file()]
    assert vault.household.path in files
    for path in files:
        assert not [number for number in numbers if number in path.read_bytes()], path


def _private_number(pem: str) -> bytes:
    key = load_pem_private_key(pem.encode(), password=None)
    # PKCS #8 of P-256 has the number at this place (RFC 5915).
    number = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())[36:68]
    assert len(number) == 32
    return number
