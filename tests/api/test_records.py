"""Records over HTTP: written, changed, crossed, found, put in the trash, brought back and erased."""

import hashlib
import io
import wave
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from futureself_box.bench.running_box import Device

pytestmark = pytest.mark.timeout(60)


def entry(text: str, day: str = "2026-11-24", **more: Any) -> dict[str, Any]:
    return {"text": text, "day": day, "written_at": f"{day}T21:30:00+01:00", **more}


def test_an_entry_is_kept_byte_for_byte_with_fields_of_a_newer_app(writer: Device) -> None:
    written = writer.call("POST", "/api/journal", entry("A walk by the sea.", weather="wind"))
    assert written["body"] == entry("A walk by the sea.", weather="wind")
    assert writer.call("GET", f"/api/journal/{written['id']}") == written
    assert writer.call("GET", "/api/journal")["items"] == [written]


def test_a_change_on_an_older_version_keeps_both(writer: Device) -> None:
    first = writer.call("POST", "/api/journal", entry("One"))
    path = f"/api/journal/{first['id']}"
    second = writer.call("PUT", path, entry("Two"))
    assert (second["body"]["text"], second["others"]) == ("Two", [])
    crossed = writer.call("PUT", f"{path}?parent={first['revision']}", entry("Three"))
    assert crossed["body"]["text"] == "Three"
    assert [other["body"]["text"] for other in crossed["others"]] == ["Two"]
    settled = writer.call("PUT", f"{path}?settles={second['revision']}", entry("Two and three"))
    assert settled["others"] == []
    texts = [version["body"]["text"] for version in writer.call("GET", _history(first))]
    assert texts == ["One", "Two", "Three", "Two and three"]


def test_the_trash_gives_back_what_it_holds(writer: Device) -> None:
    written = writer.call("POST", "/api/goals", {"title": "Learn to sail"})
    writer.call("DELETE", f"/api/goals/{written['id']}")
    assert writer.call("GET", "/api/goals")["items"] == []
    assert writer.call("GET", "/api/search?text=sail")["items"] == []
    (trashed,) = writer.call("GET", "/api/trash")["items"]
    assert trashed["body"]["title"] == "Learn to sail"
    path = f"/api/records/{written['id']}/restore"
    writer.call("POST", path, {"revision": trashed["revision"]})
    (back,) = writer.call("GET", "/api/goals")["items"]
    assert back["body"] == trashed["body"]
    assert writer.call("GET", "/api/trash")["items"] == []


def test_what_is_erased_is_nowhere_any_more(writer: Device) -> None:
    canary = uuid4().hex
    written = writer.call("POST", "/api/journal", entry(f"My secret is {canary}", tags=[canary]))
    writer.call("POST", f"/api/records/{written['id']}/purge")
    assert all(version["body"] is None for version in writer.call("GET", _history(written)))
    assert writer.call("GET", f"/api/search?text={canary}")["items"] == []
    assert writer.call("GET", "/api/trash")["items"] == []
    assert writer.call("GET", "/api/tags") == []
    assert canary not in writer.box.log


def test_erasing_an_entry_takes_its_recording_along(writer: Device) -> None:
    sound = wav()
    sha256 = hashlib.sha256(sound).hexdigest()
    new = {"sha256": sha256, "size": len(sound), "type": "audio/wav"}
    writer.call("POST", "/api/attachments", new)
    headers = {"authorization": f"Bearer {writer.token}"}
    with httpx2.Client(base_url=writer.box.url, headers=headers) as http:
        assert http.patch(f"/api/attachments/{sha256}", content=sound).is_success
        link = {"id": sha256, "type": "audio/wav", "size": len(sound)}
        first, second = (
            writer.call("POST", "/api/journal", entry(text, attachments=[link]))
            for text in ("One", "Two")
        )
        writer.call("POST", f"/api/records/{first['id']}/purge")
        assert http.get(f"/api/attachments/{sha256}").is_success
        writer.call("POST", f"/api/records/{second['id']}/purge")
        assert http.get(f"/api/attachments/{sha256}").status_code == 404


def wav() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(1600))
    return file.getvalue()


def test_entries_are_found_by_day_tag_and_words(writer: Device) -> None:
    for day, text, tag in (
        ("2024-05-01", "The sea was calm", "Travel"),
        ("2025-05-01", "The café by the sea", "travel"),
        ("2026-05-01", "At home", "home"),
    ):
        writer.call("POST", "/api/journal", entry(text, day, tags=[tag]))

    def found(query: str) -> list[str]:
        items = writer.call("GET", f"/api/journal?{query}")["items"]
        return [item["body"]["text"] for item in items]

    assert found("text=sea") == ["The café by the sea", "The sea was calm"]
    assert found("text=cafe") == ["The café by the sea"]
    assert found("text=cal") == ["The sea was calm"]
    assert found("tag=TRAVEL&from=2025-01-01") == ["The café by the sea"]
    assert found("tag=travel&text=calm") == ["The sea was calm"]
    assert found("to=2024-12-31") == ["The sea was calm"]
    assert found('text="""') == []


def test_pages_follow_each_other_without_a_gap(writer: Device) -> None:
    for number in range(5):
        writer.call("POST", "/api/journal", entry(f"{number}"))
    texts, after = [], ""
    while True:
        page = writer.call("GET", f"/api/journal?limit=2{after}")
        texts += [item["body"]["text"] for item in page["items"]]
        if page["after"] is None:
            break
        after = f"&after={page['after']}"
    assert texts == ["4", "3", "2", "1", "0"]


@pytest.mark.parametrize(
    ("day", "texts"),
    [
        ("2026-02-28", ["leap"]),
        ("2028-02-29", ["leap"]),
        ("2028-02-28", []),
        ("2026-03-01", []),
    ],
)
def test_on_this_day_remembers_29_february(writer: Device, day: str, texts: list[str]) -> None:
    writer.call("POST", "/api/journal", entry("leap", "2024-02-29"))
    found = writer.call("GET", f"/api/journal/on-this-day?day={day}")
    assert [item["body"]["text"] for item in found] == texts


def test_an_entry_belongs_to_the_day_of_the_place_where_it_was_written(writer: Device) -> None:
    body = {"text": "Tokyo", "day": "2025-01-01", "written_at": "2025-01-01T00:10:00+09:00"}
    writer.call("POST", "/api/journal", body)
    assert len(writer.call("GET", "/api/journal/on-this-day?day=2026-01-01")) == 1
    assert writer.call("GET", "/api/journal/on-this-day?day=2026-12-31") == []


def test_moods_are_a_mean_for_each_day(writer: Device) -> None:
    for mood in (2, 5):
        writer.call("POST", "/api/journal", entry("", mood=mood))
    writer.call("POST", "/api/check-ins", {k: v for k, v in entry("").items() if k != "text"})
    (day,) = writer.call("GET", "/api/journal/mood?from=2026-11-01&to=2026-11-30")
    assert day == {"day": "2026-11-24", "mood": 3.5, "count": 2}


def test_a_preference_is_one_record_by_its_name(writer: Device) -> None:
    for value in ("quiet", "lively"):
        writer.call("POST", "/api/preferences", {"name": "tone", "value": value})
    (found,) = writer.call("GET", "/api/preferences")["items"]
    assert found["body"]["value"] == "lively"


def test_nobody_else_sees_a_record(writer: Device) -> None:
    written = writer.call("POST", "/api/journal", entry("Mine"))
    other = writer.invite("Grace")
    assert other.call("GET", "/api/journal")["items"] == []
    for method, path in (
        ("GET", f"/api/journal/{written['id']}"),
        ("GET", _history(written)),
        ("DELETE", f"/api/journal/{written['id']}"),
    ):
        refused = other.box.request(method, path, token=other.token)
        assert refused.json()["code"] == "not_found"


@pytest.mark.parametrize(
    "body",
    [
        entry("x", mood=9),
        entry("x" * 100_001),
        {"text": "no day"},
        entry("x", tags=["t"] * 31),
        [],
    ],
)
def test_a_bad_body_is_refused_with_a_sentence(writer: Device, body: Any) -> None:
    refused = writer.box.request("POST", "/api/journal", body, writer.token)
    assert refused.status_code in {400, 422}
    assert refused.json()["detail"]


def _history(shown: dict[str, Any]) -> str:
    return f"/api/records/{shown['id']}/history"
