"""Attachments over HTTP."""

import hashlib
import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO

import httpx2
import pytest
from PIL import Image

from futureself_box.bench.running_box import Device, RunningBox

pytestmark = pytest.mark.timeout(60)


def patch(box: RunningBox, id_: str, token: str, offset: int, piece: bytes) -> httpx2.Response:
    headers = {"authorization": f"Bearer {token}", "Upload-Offset": str(offset)}
    url = f"{box.url}/api/attachments/{id_}"
    return httpx2.patch(url, content=piece, headers=headers, timeout=10, verify=False)


def test_a_photo_is_sent_in_pieces_and_shown_to_its_member_only(writer: Device) -> None:
    bea, box, token = writer.invite("Bea"), writer.box, writer.token
    out = BytesIO()
    Image.effect_noise((1200, 1000), 80).convert("RGB").save(out, "PNG")
    content = out.getvalue()
    assert len(content) > 1_100_000
    id_ = hashlib.sha256(content).hexdigest()
    path = f"/api/attachments/{id_}"
    new = {"sha256": id_, "size": len(content), "type": "image/png"}
    assert writer.call("POST", "/api/attachments", new) == {"id": id_, "offset": 0}
    assert patch(box, id_, token, 0, content[:1_048_577]).status_code == 413
    assert patch(box, id_, token, 0, content[:1_048_576]).json()["offset"] == 1_048_576
    again = patch(box, id_, token, 0, content[:10])
    assert (again.status_code, again.json()["code"]) == (409, "offset_wrong")
    assert again.headers["upload-offset"] == "1048576"
    assert writer.call("POST", "/api/attachments/missing", {"ids": [id_]}) == {"ids": [id_]}
    at = 1_048_576
    while at < len(content):
        at = patch(box, id_, token, at, content[at : at + 1_000_000]).json()["offset"]

    head = box.request("HEAD", path, token=token)
    assert head.headers["upload-offset"] == head.headers["upload-length"] == str(len(content))
    shown = box.request("GET", path, token=token)
    assert shown.headers["content-type"] == "image/png"
    assert shown.headers["content-disposition"] == "inline"
    assert shown.headers["x-content-type-options"] == "nosniff"
    with Image.open(BytesIO(shown.content)) as image, Image.open(BytesIO(content)) as sent:
        assert image.tobytes() == sent.tobytes()
    assert writer.call("POST", "/api/attachments/missing", {"ids": [id_]}) == {"ids": []}
    assert box.request("GET", path, token=bea.token).status_code == 404


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"size": 100_000_000}, 413, "attachment_too_large"),
        ({"size": 0}, 400, "frame_invalid"),
        ({"type": "text/html"}, 400, "frame_invalid"),
        ({"sha256": "../box"}, 400, "frame_invalid"),
    ],
)
def test_what_the_box_does_not_take_is_refused_at_once(
    writer: Device, change: dict[str, object], status: int, code: str
) -> None:
    new = {"sha256": "0" * 64, "size": 10, "type": "image/png"} | change
    response = writer.box.request("POST", "/api/attachments", new, writer.token)
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_an_upload_outlives_a_box_that_is_killed_while_pieces_come(
    silent_box: RunningBox, repeats: int
) -> None:
    ada = silent_box.set_up()
    for round_ in range(repeats):
        content = photo(seed=round_)
        id_ = hashlib.sha256(content).hexdigest()
        new = {"sha256": id_, "size": len(content), "type": "image/png"}
        ada.call("POST", "/api/attachments", new)
        with ThreadPoolExecutor() as pool:
            sending = pool.submit(send, silent_box, id_, ada.token, content)
            silent_box.kill("box")
            acknowledged = sending.result()
        silent_box.wait_until_up()
        progress = ada.call("POST", "/api/attachments", new)
        assert progress["offset"] >= acknowledged
        assert send(silent_box, id_, ada.token, content, progress["offset"]) == len(content)
        shown = silent_box.request("GET", f"/api/attachments/{id_}", token=ada.token)
        with Image.open(BytesIO(shown.content)) as image, Image.open(BytesIO(content)) as sent:
            assert image.tobytes() == sent.tobytes()


def test_of_two_equal_pieces_at_once_one_is_taken(writer: Device) -> None:
    content = photo(seed=1)
    id_ = hashlib.sha256(content).hexdigest()
    new = {"sha256": id_, "size": len(content), "type": "image/png"}
    writer.call("POST", "/api/attachments", new)
    with ThreadPoolExecutor(8) as pool:
        first = [
            pool.submit(patch, writer.box, id_, writer.token, 0, content[:9999]) for _ in range(8)
        ]
    assert sorted(piece.result().status_code for piece in first) == [200] + [409] * 7
    assert send(writer.box, id_, writer.token, content, 9999) == len(content)


def photo(*, seed: int) -> bytes:
    out = BytesIO()
    noise = random.Random(seed).randbytes(3 * 700 * 400)  # noqa: S311
    Image.frombytes("RGB", (700, 400), noise).save(out, "PNG")
    return out.getvalue()


def send(box: RunningBox, id_: str, token: str, content: bytes, at: int = 0) -> int:
    """Send the rest in small pieces; how much of it was acknowledged."""
    with suppress(httpx2.TransportError):
        while at < len(content):
            answer = patch(box, id_, token, at, content[at : at + 50_000])
            at = answer.raise_for_status().json()["offset"]
    return at
