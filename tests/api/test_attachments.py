"""Attachments over HTTP."""

import hashlib
from io import BytesIO

import httpx2
import pytest
from PIL import Image

from futureself_box.bench.running_box import RunningBox

pytestmark = pytest.mark.timeout(60)


def patch(box: RunningBox, id_: str, token: str, offset: int, piece: bytes) -> httpx2.Response:
    headers = {"authorization": f"Bearer {token}", "Upload-Offset": str(offset)}
    url = f"{box.url}/api/attachments/{id_}"
    return httpx2.patch(url, content=piece, headers=headers, timeout=10)


def test_a_photo_is_sent_in_pieces_and_shown_to_its_member_only(silent_box: RunningBox) -> None:
    ada = silent_box.set_up()
    bea = ada.invite("Bea")
    out = BytesIO()
    Image.effect_noise((1200, 1000), 80).convert("RGB").save(out, "PNG")
    content = out.getvalue()
    assert len(content) > 1_100_000
    id_ = hashlib.sha256(content).hexdigest()
    path = f"/api/attachments/{id_}"
    new = {"sha256": id_, "size": len(content), "type": "image/png"}
    assert ada.call("POST", "/api/attachments", new) == {"id": id_, "offset": 0}
    assert patch(silent_box, id_, ada.token, 0, content[:1_048_577]).status_code == 413
    assert patch(silent_box, id_, ada.token, 0, content[:1_048_576]).json()["offset"] == 1_048_576
    again = patch(silent_box, id_, ada.token, 0, content[:10])
    assert (again.status_code, again.json()["code"]) == (409, "offset_wrong")
    assert again.headers["upload-offset"] == "1048576"
    assert ada.call("POST", "/api/attachments/missing", {"ids": [id_]}) == {"ids": [id_]}
    at = 1_048_576
    while at < len(content):
        at = patch(silent_box, id_, ada.token, at, content[at : at + 1_000_000]).json()["offset"]

    head = silent_box.request("HEAD", path, token=ada.token)
    assert head.headers["upload-offset"] == head.headers["upload-length"] == str(len(content))
    shown = silent_box.request("GET", path, token=ada.token)
    assert shown.headers["content-type"] == "image/png"
    assert shown.headers["content-disposition"] == "inline"
    assert shown.headers["x-content-type-options"] == "nosniff"
    with Image.open(BytesIO(shown.content)) as image, Image.open(BytesIO(content)) as sent:
        assert image.tobytes() == sent.tobytes()
    assert ada.call("POST", "/api/attachments/missing", {"ids": [id_]}) == {"ids": []}
    assert silent_box.request("GET", path, token=bea.token).status_code == 404


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
    silent_box: RunningBox, change: dict[str, object], status: int, code: str
) -> None:
    ada = silent_box.set_up()
    new = {"sha256": "0" * 64, "size": 10, "type": "image/png"} | change
    response = silent_box.request("POST", "/api/attachments", new, ada.token)
    assert (response.status_code, response.json()["code"]) == (status, code)
