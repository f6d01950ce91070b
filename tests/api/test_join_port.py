"""The plain port that anybody may come to: what it hands out, and that it hands out nothing else."""

import hashlib
import plistlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
import pytest_asyncio
from cryptography import x509
from litestar.types import ASGIApp

from futureself_box.api import join_port, wall_clock
from futureself_box.lan.presence import Presence
from futureself_box.settings import Lan
from futureself_box.store.vault import Vault

ADDRESS = "192.168.77.20"
JOIN_PORT = 8480
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
WEB = Path(join_port.__file__).parents[1] / "web"
FILES = [
    "/",
    "/web/base.css",
    "/web/icon.svg",
    *(f"/{path.relative_to(WEB)}" for path in sorted(WEB.glob("join/**/*.*"))),
]
FILES.remove("/join/index.html")
TYPES = {
    "/": "text/html",
    "/where": "application/json",
    "/check": "application/json",
    "/join/join.js": "text/javascript",
    "/join/join.css": "text/css",
    "/join/pictures/iphone-allow.svg": "image/svg+xml",
    "/future-self-box.mobileconfig": "application/x-apple-aspen-config",
    "/future-self-box.crt": "application/x-x509-ca-cert",
}
ELSEWHERE = [
    "/api/household",
    "/api/join",
    "/api/setup",
    "/ready",
    "/schema/openapi.json",
    "/schema/phone.json",
    "/web/app.js",
    "/web/index.html",
    "/join",
    "/join/",
    "/join/index.html",
    "/join/../app.js",
    "/join/%2e%2e/app.js",
    "/phone",
    "/generate_204",
]


@pytest.fixture
def presence(vault: Vault) -> Presence:
    """A box at one address."""
    made = Presence(vault.household, Lan(), now=wall_clock.now)
    made.addresses = (IPv4Address(ADDRESS),)
    return made


@pytest.fixture
def port(presence: Presence) -> ASGIApp:
    """Its join port."""
    return join_port.build(presence, lambda: NOW)


@pytest_asyncio.fixture
async def stranger(port: ASGIApp) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody on the home network."""
    # The server and Litestar differ in how they write the same ASGI types.
    transport = httpx2.ASGITransport(cast(Any, port))
    url = f"http://{ADDRESS}:{JOIN_PORT}"
    async with httpx2.AsyncClient(transport=transport, base_url=url) as client:
        yield client


@pytest.mark.parametrize(("path", "media_type"), TYPES.items())
async def test_each_thing_comes_as_what_it_is(
    stranger: httpx2.AsyncClient, path: str, media_type: str
) -> None:
    response = await stranger.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"].partition(";")[0] == media_type
    assert (await stranger.head(path)).status_code == 200


async def test_the_whole_page_is_there(stranger: httpx2.AsyncClient) -> None:
    for path in FILES:
        assert (await stranger.get(path)).status_code == 200, path


@pytest.mark.parametrize("path", ELSEWHERE)
async def test_nothing_else_is_there(stranger: httpx2.AsyncClient, path: str) -> None:
    assert (await stranger.get(path)).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
async def test_it_can_only_be_read(stranger: httpx2.AsyncClient, method: str) -> None:
    for path in ("/", "/where", "/check", "/join/join.js", "/api/join"):
        response = await stranger.request(method, path, content=b"x" * 100_000)
        assert response.status_code == 405, path


@pytest.mark.parametrize("path", [*TYPES, "/api/join"])
@pytest.mark.parametrize("host", ["evil.example", "localhost", f"{ADDRESS}.evil.example", ""])
async def test_other_names_are_refused(stranger: httpx2.AsyncClient, path: str, host: str) -> None:
    response = await stranger.get(path, headers={"host": host})
    assert (response.status_code, response.json()["code"]) == (403, "origin_refused")


async def test_its_own_names_are_answered(stranger: httpx2.AsyncClient, presence: Presence) -> None:
    for host in (ADDRESS, presence.host_name, presence.host_name.upper()):
        response = await stranger.get("/where", headers={"host": f"{host}:{JOIN_PORT}"})
        assert response.status_code == 200


async def test_it_says_where_the_box_is_and_nothing_of_who_lives_there(
    stranger: httpx2.AsyncClient, presence: Presence
) -> None:
    certificate = (await stranger.get("/future-self-box.crt")).content
    assert (await stranger.get("/where")).json() == {
        "id": presence.identity.id,
        "name": "Future Self Box",
        "time": int(NOW.timestamp() * 1000),
        "fingerprint": hashlib.sha256(certificate).hexdigest(),
        "host": presence.host_name,
        "port": 8443,
        "join_port": JOIN_PORT,
        "addresses": [ADDRESS],
    }


async def test_its_addresses_are_those_of_the_moment(
    stranger: httpx2.AsyncClient, presence: Presence
) -> None:
    presence.addresses = (IPv4Address("10.0.0.7"),)
    assert (await stranger.get("/where")).status_code == 403
    moved = await stranger.get("/where", headers={"host": f"10.0.0.7:{JOIN_PORT}"})
    assert moved.json()["addresses"] == ["10.0.0.7"]


async def test_the_check_may_be_read_by_any_page_and_nothing_else_may(
    stranger: httpx2.AsyncClient, presence: Presence
) -> None:
    foreign = {"origin": "http://evil.example"}
    response = await stranger.get("/check", headers=foreign)
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.json()["fingerprint"] == presence.fingerprint.hex()
    for path in ("/", "/where", "/future-self-box.crt"):
        assert (await stranger.get(path, headers=foreign)).status_code == 403
        assert "access-control-allow-origin" not in (await stranger.get(path)).headers


async def test_both_forms_hold_the_authority_and_no_key(
    stranger: httpx2.AsyncClient, presence: Presence
) -> None:
    der = (await stranger.get("/future-self-box.crt")).content
    certificate = x509.load_der_x509_certificate(der)
    basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert basic.value.ca
    assert certificate.extensions.get_extension_for_class(x509.NameConstraints).critical
    profile = (await stranger.get("/future-self-box.mobileconfig")).content
    (payload,) = plistlib.loads(profile)["PayloadContent"]
    assert payload["PayloadType"] == "com.apple.security.root"
    assert payload["PayloadContent"] == der
    assert b"PRIVATE" not in profile


async def test_the_page_runs_its_own_scripts_only_and_asks_its_own_box_only(
    stranger: httpx2.AsyncClient, presence: Presence
) -> None:
    policy = (await stranger.get("/")).headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["img-src"] == "'self'"
    assert rules["connect-src"].split() == [
        "'self'",
        f"http://{presence.host_name}:{JOIN_PORT}",
        f"https://{presence.host_name}:8443",
        f"https://{ADDRESS}:8443",
    ]


async def test_every_answer_carries_the_headers(stranger: httpx2.AsyncClient) -> None:
    for path in ("/", "/where", "/join/pictures/iphone-allow.svg", "/nowhere"):
        headers = (await stranger.get(path)).headers
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-cache"
        assert "set-cookie" not in headers
        assert "strict-transport-security" not in headers
