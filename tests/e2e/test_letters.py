"""Letters back from the future self: by the worker, on their day, once; care comes first here too."""

from typing import Any

import pytest

from futureself_box.bench.running_box import Device, RunningBox, eventually

pytestmark = pytest.mark.timeout(180)


def write(member: Device, text: str, **fields: Any) -> str:
    body = {"text": text, "written_at": "2026-11-25T20:00:00+01:00"} | fields
    return str(member.call("POST", "/api/letters", body)["id"])


def answers(member: Device, letter: str) -> list[dict[str, Any]]:
    bodies = [item["body"] for item in member.call("GET", "/api/letters")["items"]]
    return [body for body in bodies if body.get("answers") == letter]


def answered(member: Device, letter: str) -> dict[str, Any]:
    """The letter back, once it has come."""
    path = f"/api/letters/{letter}/answer"
    eventually(lambda: member.call("GET", path)["state"] == "done" or None, within_s=150)
    (answer,) = answers(member, letter)
    return answer


def test_the_future_self_answers_a_letter_and_care_comes_before_it(box: RunningBox) -> None:
    owner = box.set_up()
    ada = owner.invite("Ada")
    text = "I planted the pear tree today. Does it still stand?"
    letter = write(ada, text, opens_on="2026-11-01", answer_by="future_self")
    heavy = write(ada, "I want to kill myself tonight.")
    # Asked for twice it is one answer; and the worker, whom this wakes, sees what is due.
    for _ in range(2):
        assert ada.call("POST", f"/api/letters/{heavy}/answer")["state"] in {"waiting", "running"}
    answer = answered(ada, letter)
    assert answer["by"] == "future_self"
    assert answer["text"].strip()
    assert answer["mode"] == "mentor"
    care = answered(ada, heavy)
    assert care["mode"] == "care"
    assert "This is the box itself now" in care["text"]


def test_only_a_letter_of_ones_own_that_is_not_sealed_is_answered(silent_box: RunningBox) -> None:
    owner = silent_box.set_up()
    ada = owner.invite("Ada")
    letter = write(ada, "To me.")
    own_answer = write(ada, "I am here.", answers=letter)
    for member, asked in ((owner, letter), (ada, own_answer)):
        path = f"/api/letters/{asked}/answer"
        assert silent_box.request("POST", path, None, member.token).status_code == 404
    sealed = write(ada, "Do you still sing?", opens_on="2100-01-01")
    refused = silent_box.request("POST", f"/api/letters/{sealed}/answer", None, ada.token)
    assert (refused.status_code, refused.json()["code"]) == (409, "letter_sealed")
    ada.call("DELETE", f"/api/letters/{letter}")
    path = f"/api/letters/{letter}/answer"
    assert silent_box.request("POST", path, None, ada.token).status_code == 404
