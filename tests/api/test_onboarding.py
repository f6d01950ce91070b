"""What is asked of whom over HTTP, and that answers are records like all others."""

from typing import Any

import pytest

from futureself_box.bench.running_box import Device

pytestmark = pytest.mark.timeout(60)


def asked_of(device: Device) -> set[str]:
    asked = device.call("GET", "/api/questionnaire")
    sections = asked["questionnaire"]["sections"]
    questions = {question["name"] for section in sections for question in section["questions"]}
    return questions | {instrument["name"] for instrument in asked["instruments"]}


def test_a_child_is_asked_less(silent_owner: Device) -> None:
    child = silent_owner.invite("Tim")
    grown = asked_of(child)
    path = f"/api/members/{child.joined.member}"
    silent_owner.call("PATCH", path, {"role": "child", "birth_year": 2016})
    assert asked_of(silent_owner) == grown
    left_out = asked_of(silent_owner) - asked_of(child)
    assert left_out == {"hope_love", "hope_money", "traits"}


def test_an_answer_keeps_its_versions_and_is_erased_for_ever(writer: Device) -> None:
    first = writer.call("POST", "/api/answers", answer("In Porto", "x" * 50_000))
    path = f"/api/answers/{first['id']}"
    writer.call("PUT", path, answer("In Faro"))
    history = f"/api/records/{first['id']}/history"
    versions = [version["body"]["text"] for version in writer.call("GET", history)]
    assert [text[:8] for text in versions] == ["In Porto", "In Faro"]
    assert [found["id"] for found in writer.call("GET", "/api/search?text=faro")["items"]] == [
        first["id"]
    ]
    writer.call("POST", f"/api/records/{first['id']}/purge")
    assert all(version["body"] is None for version in writer.call("GET", history))


def test_an_answer_that_can_not_be_meant_is_refused(writer: Device) -> None:
    for wrong in (
        {"text": "x" * 100_001},
        {"number": -1},
        {"day": "2026-02-30"},
        {"people": [{"role": "brother"}]},
        {"question": "Where?"},
    ):
        body = answer("x") | wrong
        assert writer.box.request("POST", "/api/answers", body, writer.token).status_code == 400


def answer(*texts: str) -> dict[str, Any]:
    return {"question": "home", "version": 1, "text": " ".join(texts)}
