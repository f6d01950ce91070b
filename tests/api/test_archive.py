"""Nobody is locked in: everything comes out in one file, and comes back as it was."""

import hashlib
import io
import json
import zipfile
from typing import Any

import httpx2
import pytest
from PIL import Image

from futureself_box.bench.running_box import Device
from tests.api.test_records import entry, wav

pytestmark = pytest.mark.timeout(60)


def http(device: Device) -> httpx2.Client:
    headers = {"authorization": f"Bearer {device.token}"}
    return httpx2.Client(base_url=device.box.url, headers=headers, timeout=30)


def export(device: Device) -> bytes:
    with http(device) as client:
        return client.get("/api/export").raise_for_status().content


def bring_in(device: Device, content: bytes) -> httpx2.Response:
    with http(device) as client:
        return client.post("/api/import", content=content)


def send(device: Device, sound: bytes) -> dict[str, Any]:
    sha256 = hashlib.sha256(sound).hexdigest()
    new = {"sha256": sha256, "size": len(sound), "type": "audio/wav"}
    device.call("POST", "/api/attachments", new)
    with http(device) as client:
        client.patch(f"/api/attachments/{sha256}", content=sound).raise_for_status()
    return {"id": sha256, "type": "audio/wav", "size": len(sound)}


def zipped(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def journal(device: Device) -> list[Any]:
    return [item["body"] for item in device.call("GET", "/api/journal")["items"]]


def test_an_export_comes_back_byte_for_byte_on_another_box(writer: Device) -> None:
    link = send(writer, wav())
    first = writer.call("POST", "/api/journal", entry("One, with  spaces", attachments=[link]))
    writer.call("PUT", f"/api/journal/{first['id']}", entry("Two\nlines", attachments=[link]))
    gone = writer.call("POST", "/api/goals", {"title": "Erased"})
    writer.call("POST", f"/api/records/{gone['id']}/purge")
    exported = export(writer)

    other = writer.invite("Grace")
    assert bring_in(other, exported).json()["problems"] == []
    assert export(other) == exported
    assert bring_in(other, exported).is_success
    assert export(other) == exported
    with http(other) as client:
        assert client.get(f"/api/attachments/{link['id']}").content == wav()
    with zipfile.ZipFile(io.BytesIO(exported)) as archive:
        readable = [archive.read(name) for name in archive.namelist() if name.endswith(".md")]
    assert any(b"Two\nlines" in text for text in readable)
    assert b"Erased" not in exported


def test_what_was_erased_elsewhere_is_erased_here_with_its_recording(writer: Device) -> None:
    link = send(writer, wav())
    record = writer.call("POST", "/api/journal", entry("Erased", attachments=[link]))["id"]
    other = writer.invite("Grace")
    bring_in(other, export(writer))
    writer.call("POST", f"/api/records/{record}/purge")
    bring_in(other, export(writer)).raise_for_status()
    assert journal(other) == []
    assert other.call("POST", "/api/attachments/missing", {"ids": [link["id"]]})["ids"]


def test_a_day_one_journal_comes_in_with_its_days_places_and_photos(writer: Device) -> None:
    photo = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(photo, "JPEG")
    md5 = hashlib.md5(photo.getvalue(), usedforsecurity=False).hexdigest()
    day_one = {
        "metadata": {"version": "1.0"},
        "entries": [
            {
                "uuid": "0123456789ABCDEF0123456789ABCDEF",
                "creationDate": "2020-12-31T23:30:00Z",
                "timeZone": "Europe/Berlin",
                "text": "![](dayone-moment://X)\n\nNew year\\!",
                "tags": ["home"],
                "location": {"placeName": "Berlin", "latitude": 52.5},
                "photos": [{"md5": md5, "type": "jpeg"}, {"md5": "missing", "type": "jpeg"}],
            }
        ],
    }
    files = {"Journal.json": json.dumps(day_one).encode(), f"photos/{md5}.jpeg": photo.getvalue()}
    for _ in range(2):
        imported = bring_in(writer, zipped(files)).json()
        assert (imported["records"], imported["attachments"]) == (1, 1)
        assert "missing" in imported["problems"][0]
    (body,) = journal(writer)
    assert (body["day"], body["place"], body["tags"]) == ("2021-01-01", "Berlin", ["home"])
    assert body["text"] == "New year\\!"
    assert len(body["attachments"]) == 1


def test_a_folder_of_markdown_comes_in(writer: Device) -> None:
    files = {
        "notes/2019-05-01 May.md": b"May day.",
        "b.md": b"---\ndate: 2020-02-29T10:00:00+02:00\ntags: [a, b]\nmood: 4\n---\n\nLeap.\n",
        "no-day.md": b"When was this?",
    }
    imported = bring_in(writer, zipped(files)).json()
    assert (imported["records"], len(imported["problems"])) == (2, 1)
    leap, may = journal(writer)
    assert (leap["text"], leap["tags"], leap["mood"]) == ("Leap.", ["a", "b"], 4)
    assert (may["text"], may["day"]) == ("May day.", "2019-05-01")


@pytest.mark.parametrize(
    "content",
    [
        b"no zip",
        zipped({"empty.txt": b""}),
        zipped({"Journal.json": b'{"entries": [{"uuid": 7}]}'}),
        zipped({"records.json": b'{"format": 9, "attachments": [], "revisions": []}'}),
        zipped({"bomb.md": bytes(200_000_000)}),
        zipped({"a.md": b"---\ndate: 2020-01-01\n---\nx"})[:-30],
    ],
)
def test_what_can_t_be_read_is_refused_and_changes_nothing(writer: Device, content: bytes) -> None:
    before = export(writer)
    refused = bring_in(writer, content)
    assert (refused.status_code, refused.json()["code"]) == (422, "archive_unreadable")
    assert export(writer) == before
