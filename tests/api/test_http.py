"""The box over HTTP: who gets in, what is answered, and in which form it refuses."""

import json
import re
import socket
from typing import Any
from urllib.parse import urlencode

import httpx2
import msgspec
import pytest

from futureself_box.api import pages
from futureself_box.api.headers import HEADERS
from futureself_box.bench.running_box import Device, RunningBox

pytestmark = pytest.mark.timeout(60)

KINDS = ("journal", "affirmations", "goals", "steps", "check-ins", "preferences")
PRIVATE = [
    ("DELETE", "/api/answers/{record}"),
    ("DELETE", "/api/future-memories/{record}"),
    ("DELETE", "/api/keepsakes/{record}"),
    ("DELETE", "/api/letters/{record}"),
    ("DELETE", "/api/measures/{record}"),
    ("DELETE", "/api/reactions/{record}"),
    ("DELETE", "/api/threads/{record}"),
    ("GET", "/api/answers"),
    ("GET", "/api/answers/{record}"),
    ("GET", "/api/doctor"),
    ("GET", "/api/doctor/week"),
    ("GET", "/api/future-memories"),
    ("GET", "/api/future-memories/{record}"),
    ("GET", "/api/future-memory"),
    ("GET", "/api/keepsakes"),
    ("GET", "/api/keepsakes/{record}"),
    ("GET", "/api/letters"),
    ("GET", "/api/letters/{record}"),
    ("GET", "/api/letters/{record}/answer"),
    ("GET", "/api/measures"),
    ("GET", "/api/measures/{record}"),
    ("GET", "/api/questionnaire"),
    ("GET", "/api/reactions"),
    ("GET", "/api/reactions/{record}"),
    ("GET", "/api/threads"),
    ("GET", "/api/threads/{record}"),
    ("POST", "/api/answers"),
    ("POST", "/api/doctor/mends"),
    ("POST", "/api/future-memories"),
    ("POST", "/api/future-memory"),
    ("POST", "/api/keepsakes"),
    ("POST", "/api/letters"),
    ("POST", "/api/letters/{record}/answer"),
    ("POST", "/api/measures"),
    ("POST", "/api/reactions"),
    ("POST", "/api/threads"),
    ("PUT", "/api/answers/{record}"),
    ("PUT", "/api/future-memories/{record}"),
    ("PUT", "/api/keepsakes/{record}"),
    ("PUT", "/api/letters/{record}"),
    ("PUT", "/api/measures/{record}"),
    ("PUT", "/api/reactions/{record}"),
    ("PUT", "/api/threads/{record}"),
    ("GET", "/api/me"),
    ("GET", "/api/devices"),
    ("GET", "/api/members"),
    ("GET", "/api/conversation"),
    ("GET", "/api/status"),
    ("POST", "/api/invitations"),
    ("GET", "/api/invitations/{invitation}"),
    ("DELETE", "/api/invitations/{invitation}"),
    ("POST", "/api/invitations/{invitation}/confirm"),
    ("DELETE", "/api/devices/{device}"),
    ("PATCH", "/api/members/{member}"),
    ("DELETE", "/api/members/{member}"),
    ("POST", "/api/members/{member}/rescue"),
    ("DELETE", "/api/members/{member}/rescue"),
    ("PUT", "/api/care"),
    ("POST", "/api/care/look"),
    ("GET", "/api/members/{member}/care"),
    ("PUT", "/api/members/{member}/care/quiet"),
    ("GET", "/api/backups"),
    ("POST", "/api/backups"),
    ("GET", "/api/cloud"),
    *(("POST", f"/api/cloud/{what}") for what in ("sign-up", "sign-in", "sign-out", "erase")),
    ("DELETE", "/api/cloud/left/{member}"),
    ("PUT", "/api/members/{member}/cloud"),
    ("POST", "/api/attachments"),
    ("POST", "/api/attachments/missing"),
    ("PATCH", "/api/attachments/{attachment}"),
    ("HEAD", "/api/attachments/{attachment}"),
    ("GET", "/api/attachments/{attachment}"),
    ("POST", "/api/sheet"),
    ("POST", "/api/sheet/proof"),
    *((method, f"/api/{kind}") for kind in KINDS for method in ("GET", "POST")),
    *((method, f"/api/{kind}/{{record}}") for kind in KINDS for method in ("GET", "PUT", "DELETE")),
    ("GET", "/api/journal/on-this-day"),
    ("GET", "/api/journal/mood"),
    ("GET", "/api/search"),
    ("GET", "/api/export"),
    ("POST", "/api/import"),
    ("GET", "/api/tags"),
    ("GET", "/api/trash"),
    ("GET", "/api/records/{record}/history"),
    ("POST", "/api/records/{record}/restore"),
    ("POST", "/api/records/{record}/purge"),
]
PUBLIC = [
    ("GET", "/api/household"),
    ("POST", "/api/setup"),
    ("POST", "/api/join"),
    ("POST", "/api/join/claim"),
    ("POST", "/api/recover"),
    ("GET", "/check"),
    ("GET", "/ready"),
    ("GET", "/schema/phone.json"),
]
QUERY = {"text": "x", "day": "2026-11-24", "from": "2026-11-01", "to": "2026-11-30"}
SOMETHING = "00000000-0000-0000-0000-000000000001"


def refused(response: httpx2.Response) -> tuple[int, Any]:
    assert response.headers["content-type"].startswith("application/problem+json")
    problem = response.json()
    assert problem["detail"]
    assert problem["hint"]
    assert problem["status"] == response.status_code
    return response.status_code, problem["code"]


def test_nothing_private_answers_without_a_token_that_the_box_knows(
    silent_home: RunningBox,
) -> None:
    for method, path in PRIVATE:
        body: dict[str, str] | None = {} if method in {"POST", "PATCH", "PUT"} else None
        real = re.sub(r"\{\w+\}", SOMETHING, path) + f"?{urlencode(QUERY)}"
        for token in (None, "A" * 43, "nonsense"):
            response = silent_home.request(method, real, body, token)
            if method == "HEAD":  # has no body to say why
                assert response.status_code == 401
                continue
            assert refused(response) == (401, "token_unknown"), path


def test_every_route_of_the_api_is_either_private_or_meant_for_strangers(
    silent_home: RunningBox,
) -> None:
    paths = silent_home.call("GET", "/schema/openapi.json")["paths"]
    routes = {
        (method.upper(), re.sub(r"\{(\w+?)_?\}", r"{\1}", path))
        for path, methods in paths.items()
        for method in methods
    }
    assert routes == {*PUBLIC, *PRIVATE}


def test_the_owner_sets_up_invites_and_revokes(silent_box: RunningBox) -> None:
    owner = silent_box.set_up()
    bea = owner.invite("Bea")
    assert bea.call("GET", "/api/me")["role"] == "adult"
    names = {device["member_name"] for device in owner.call("GET", "/api/devices")}
    assert names == {"Ada", "Bea"}
    assert [device["current"] for device in bea.call("GET", "/api/devices")] == [True]

    owner.call("DELETE", f"/api/devices/{bea.joined.device}")
    response = silent_box.request("GET", "/api/me", token=bea.token)
    assert refused(response) == (401, "token_unknown")


def test_a_box_is_set_up_once(silent_box: RunningBox) -> None:
    code = silent_box.setup_code
    silent_box.set_up().call("GET", "/api/me")
    body = {"given": code, "name": "Eve", "device_name": "Phone"}
    assert refused(silent_box.request("POST", "/api/setup", body)) == (409, "already_set_up")
    assert not (silent_box.config / "setup-code").exists()


def test_a_malformed_set_up_is_refused_and_costs_no_try(silent_box: RunningBox) -> None:
    bodies: tuple[Any, ...] = (
        None,
        {},
        [],
        {"given": "1234567", "name": "Ada", "device_name": "Phone"},
        {"given": "not a secret of 22 ch.", "name": "Ada", "device_name": "Phone"},
        {"given": "12345678", "name": " ", "device_name": "Phone"},
        {"given": "12345678", "name": "x" * 61, "device_name": "Phone"},
        {"given": 12345678, "name": "Ada", "device_name": "Phone"},
    )
    for body in bodies:
        for _ in range(6):
            status, code = refused(silent_box.request("POST", "/api/setup", body))
            assert (status, code) == (400, "frame_invalid"), body
    assert silent_box.set_up().call("GET", "/api/me")["role"] == "owner"


def test_a_body_that_is_too_large_is_refused(silent_home: RunningBox) -> None:
    body = {"given": "12345678", "name": "x" * 100_000, "device_name": "Phone"}
    status, _ = refused(silent_home.request("POST", "/api/setup", body))
    assert status == 413


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("host", "evil.example"),
        ("host", "localhost.evil.example"),
        ("origin", "https://evil.example"),
        ("origin", "http://localhost:1"),
        ("origin", "null"),
    ],
)
def test_foreign_names_and_pages_are_refused(
    silent_home: RunningBox, header: str, value: str
) -> None:
    for path in ("/", "/api/household", "/ready", "/web/app.js"):
        response = httpx2.get(silent_home.url + path, headers={header: value}, verify=False)
        assert refused(response) == (403, "origin_refused")


def test_a_foreign_page_gets_no_socket(silent_home: RunningBox) -> None:
    handshake = (
        "GET /ws HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", silent_home.port)) as raw:
        raw.sendall(handshake.encode())
        assert raw.recv(100).startswith(b"HTTP/1.1 403")


def test_every_answer_keeps_the_page_to_itself(silent_home: RunningBox) -> None:
    for path in ("/", "/web/app.js", "/api/household", "/nothing"):
        headers = silent_home.request("GET", path).headers
        assert {name: headers[name] for name in HEADERS} == HEADERS


def test_the_published_protocol_is_the_one_in_the_code(silent_home: RunningBox) -> None:
    published = silent_home.call("GET", "/schema/phone.json")
    assert published == json.loads(msgspec.json.encode(pages.phone_schema()))
    assert {"Hello", "ChatSend", "Welcome", "ChatDelta", "Error"} <= set(published["$defs"])


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "before=xyz", "before=" + "f" * 17])
def test_a_page_of_the_conversation_has_limits(writer: Device, query: str) -> None:
    response = writer.box.request("GET", f"/api/conversation?{query}", token=writer.token)
    assert refused(response) == (400, "frame_invalid")


def test_without_a_model_the_box_says_that_it_is_not_ready(silent_home: RunningBox) -> None:
    response = silent_home.request("GET", "/ready")
    assert response.status_code == 503
    expected = {"ready": False, "store": "ok", "inference": "model_missing", "clock": "ok"}
    assert response.json() == expected
