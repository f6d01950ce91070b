"""What is announced is read as a claim of strangers: a box's own words, or nothing."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zeroconf import ServiceInfo

from futureself_box.lan.announcement import SERVICE
from futureself_box.lan.discovery import FoundBox, read

FINGERPRINT = "0123456789abcdef" * 2
HOST = "futureself-7q2k.local."


def announced(
    *addresses: str, server: str = HOST, port: int = 8443, **texts: str | bytes
) -> ServiceInfo:
    properties: dict[str, str | bytes] = {"id": "7q2k", "n": "Ours", "fp": FINGERPRINT, "pair": "1"}
    return ServiceInfo(
        SERVICE,
        f"Future Self Box 7q2k.{SERVICE}",
        port=port,
        properties=properties | texts,
        server=server,
        addresses=[ip_address(address).packed for address in addresses],
    )


def test_a_box_says_who_and_where_it_is() -> None:
    assert read(announced("192.168.7.20", "fd00::20")) == FoundBox(
        id="7q2k",
        name="Ours",
        host="futureself-7q2k.local",
        addresses=("192.168.7.20", "fd00::20"),
        port=8443,
        fingerprint=FINGERPRINT,
        pairing=True,
    )


def test_its_name_is_tried_first_and_ipv6_has_brackets() -> None:
    found = read(announced("192.168.7.20", "fd00::20"))
    assert found is not None
    assert found.urls == (
        "https://futureself-7q2k.local:8443",
        "https://192.168.7.20:8443",
        "https://[fd00::20]:8443",
    )


@pytest.mark.parametrize(
    "no_box",
    [
        announced(id=""),
        announced(id="7Q2K"),
        announced(id="../etc"),
        announced(id="\x1b[2J"),
        announced(id=b"\xff\xff"),
        announced(fp="ab"),
        announced(fp="x" * 32),
        announced(server="www.example.com."),
        announced(server="futureself-2222.local."),
        announced(port=0),
    ],
)
def test_what_no_box_would_say_is_left_out(no_box: ServiceInfo) -> None:
    assert read(no_box) is None


def test_only_addresses_at_home_are_believed() -> None:
    found = read(announced("8.8.8.8", "127.0.0.1", "169.254.1.1", "fe80::1", "10.0.0.7"))
    assert found is not None
    assert found.addresses == ("10.0.0.7",)


@given(st.text(max_size=80) | st.binary(max_size=80))
def test_no_name_can_command_a_terminal(name: str | bytes) -> None:
    found = read(announced(n=name))
    assert found is not None
    assert found.name == "" or found.name.isprintable()
    assert len(found.name) <= 60
