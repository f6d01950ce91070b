"""The box's authority speaks for the home and for nothing else."""

import subprocess
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from futureself_box import RELEASED
from futureself_box.lan import authority
from futureself_box.lan.authority import Address, Authority

NOW = datetime(2027, 3, 1, tzinfo=UTC)
NAME = "futureself-7q2k.local"
HOME: list[Address] = [IPv4Address("192.168.1.20"), IPv6Address("fd00::20")]


@pytest.fixture(scope="module")
def made() -> Authority:
    """A box's authority."""
    return authority.new_authority("7q2k", NOW)


def verify(
    folder: Path, made: Authority, leaf: str, *, name: str | None = None, ip: str | None = None
) -> bool:
    """What openssl thinks of a leaf, by that name or address."""
    (folder / "authority.pem").write_text(made.certificate_pem)
    (folder / "leaf.pem").write_text(leaf)
    asked = ["-verify_hostname", name] if name else ["-verify_ip", str(ip)]
    at = ["-attime", str(int(NOW.timestamp()))]
    command = ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", *at, *asked]
    files = ["-CAfile", str(folder / "authority.pem"), str(folder / "leaf.pem")]
    return subprocess.run([*command, *files], capture_output=True, check=False).returncode == 0


def leaf_for(made: Authority, names: list[str], addresses: list[Address]) -> str:
    return authority.issue_leaf(made, authority.new_leaf_key(), names, addresses, NOW)


def forged(made: Authority, *subjects: x509.GeneralName) -> str:
    """A leaf as somebody would sign it who has stolen the authority's key."""
    return authority.sign(made, authority.new_leaf_key(), NAME, subjects, NOW)


def test_openssl_accepts_the_box_s_name_and_addresses(tmp_path: Path, made: Authority) -> None:
    leaf = leaf_for(made, [NAME], [*HOME])
    assert verify(tmp_path, made, leaf, name=NAME)
    assert verify(tmp_path, made, leaf, ip="192.168.1.20")
    assert verify(tmp_path, made, leaf, ip="fd00::20")
    assert not verify(tmp_path, made, leaf, ip="192.168.1.21")
    assert not verify(tmp_path, made, leaf, name="futureself-zzzz.local")


@pytest.mark.parametrize("name", ["www.google.com", "local.example", "bank"])
def test_a_stolen_authority_can_t_speak_for_the_world(
    tmp_path: Path, made: Authority, name: str
) -> None:
    leaf = forged(made, x509.DNSName(NAME), x509.DNSName(name))
    assert not verify(tmp_path, made, leaf, name=name)
    assert not verify(tmp_path, made, leaf, name=NAME)


@pytest.mark.parametrize("ip", ["8.8.8.8", "100.64.0.1", "2001:4860:4860::8888"])
def test_a_stolen_authority_can_t_speak_for_public_addresses(
    tmp_path: Path, made: Authority, ip: str
) -> None:
    leaf = forged(made, x509.DNSName(NAME), x509.IPAddress(ip_address(ip)))
    assert not verify(tmp_path, made, leaf, ip=ip)


@given(st.ip_addresses())
def test_a_leaf_names_private_addresses_only(address: Address) -> None:
    made = authority.new_authority("7q2k", NOW)
    leaf = x509.load_pem_x509_certificate(leaf_for(made, [NAME], [address]).encode())
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    named = names.get_values_for_type(x509.IPAddress)
    assert named == ([address] if authority.may_sign(address) else [])


def test_a_leaf_is_renewed_60_days_before_its_end_and_keeps_its_key(made: Authority) -> None:
    key = authority.new_leaf_key()
    leaf = authority.issue_leaf(made, key, [NAME], HOME, NOW)
    assert not authority.needs_renewal(leaf, [NAME], HOME, NOW + timedelta(days=334))
    assert authority.needs_renewal(leaf, [NAME], HOME, NOW + timedelta(days=336))
    renewed = authority.issue_leaf(made, key, [NAME], HOME, NOW + timedelta(days=336))
    assert authority.fingerprint(renewed) == authority.fingerprint(leaf)
    assert renewed != leaf


def test_a_new_address_renews_it_and_one_less_does_not(made: Authority) -> None:
    leaf = leaf_for(made, [NAME], [*HOME])
    assert authority.needs_renewal(leaf, [NAME], [*HOME, IPv4Address("10.0.0.7")], NOW)
    assert not authority.needs_renewal(leaf, [NAME], HOME[:1], NOW)


def test_browsers_take_its_length(made: Authority) -> None:
    leaf = x509.load_pem_x509_certificate(leaf_for(made, [NAME], [*HOME]).encode())
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= timedelta(days=397)


def test_a_box_whose_clock_is_in_1970_makes_certificates_that_are_valid_today() -> None:
    at_start = datetime(1970, 1, 1, tzinfo=UTC)
    early = authority.new_authority("7q2k", at_start)
    leaf = authority.issue_leaf(early, authority.new_leaf_key(), [NAME], HOME, at_start)
    for pem in (early.certificate_pem, leaf):
        certificate = x509.load_pem_x509_certificate(pem.encode())
        assert certificate.not_valid_before_utc <= RELEASED < certificate.not_valid_after_utc


def test_the_private_key_is_not_printed_by_accident(made: Authority) -> None:
    assert made.key_pem not in repr(made)
