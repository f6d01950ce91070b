"""Coming in over HTTP: set up, invited, confirmed, removed, rescued."""

from typing import Any

import pytest

from futureself_box.bench.running_box import Device, RunningBox

pytestmark = pytest.mark.timeout(60)


@pytest.fixture(scope="module")
def owner(silent_owner: Device) -> Device:
    """The owner, who has been seen."""
    silent_owner.call("GET", "/api/me")
    return silent_owner


def problem(owner: Device, method: str, path: str, body: Any = None) -> str:
    response = owner.box.request(method, path, body, owner.token)
    assert response.is_error, response.text
    return str(response.json()["code"])


def test_a_phone_waits_until_the_number_is_confirmed(owner: Device) -> None:
    invitation = owner.call("POST", "/api/invitations", {"name": "Gran"})
    gran = owner.box.ask(invitation["secret"])
    path = f"/api/invitations/{invitation['id']}"
    seen = owner.call("GET", path)
    assert (seen["state"], seen["number"], seen["device_name"]) == ("asked", gran.number, "Two")
    assert gran.claim()["state"] == "waiting"
    assert problem(owner, "POST", f"{path}/confirm", {"number": "x"}) == "frame_invalid"

    owner.confirm(invitation["id"], gran.number)

    assert gran.come_in().call("GET", "/api/me")["name"] == "Gran"
    assert owner.call("GET", path)["state"] == "joined"


def test_a_box_on_no_network_invites_by_code_alone(owner: Device) -> None:
    invitation = owner.call("POST", "/api/invitations", {"name": "Gran"})
    assert invitation["url"] is None
    assert invitation["qr"] is None
    assert owner.box.ask(invitation["code"]).claim()["state"] == "waiting"


def test_a_no_is_told_to_the_phone(owner: Device) -> None:
    invitation = owner.call("POST", "/api/invitations", {"name": "Gran"})
    gran = owner.box.ask(invitation["secret"])
    owner.call("DELETE", f"/api/invitations/{invitation['id']}")
    assert gran.claim()["state"] == "refused"


def test_a_child_needs_a_year_of_birth(owner: Device) -> None:
    body = {"name": "Cem", "role": "child"}
    assert problem(owner, "POST", "/api/invitations", body) == "frame_invalid"
    invitation = owner.call("POST", "/api/invitations", {**body, "birth_year": 2018})
    cem = owner.box.ask(invitation["secret"])
    owner.confirm(invitation["id"], cem.number)
    child = cem.come_in()
    assert child.call("GET", "/api/me")["role"] == "child"
    assert problem(child, "POST", "/api/invitations", {"name": "Friend"}) == "not_allowed"


def test_people_are_renamed_by_themselves_and_by_the_owner(owner: Device) -> None:
    bea = owner.invite("Bea")
    path = f"/api/members/{bea.joined.member}"
    assert bea.call("PATCH", path, {"name": "Beatrice"})["name"] == "Beatrice"
    assert owner.call("PATCH", path, {"name": "Bee"})["name"] == "Bee"
    assert bea.call("GET", "/api/me")["name"] == "Bee"
    own = f"/api/members/{owner.joined.member}"
    assert problem(bea, "PATCH", own, {"name": "Eve"}) == "not_allowed"
    assert problem(bea, "PATCH", path, {"birth_year": 1980}) == "not_allowed"


def test_a_removed_member_is_gone_with_every_file(owner: Device) -> None:
    bea = owner.invite("Bea")
    member = bea.joined.member
    assert problem(bea, "DELETE", f"/api/members/{member}") == "not_allowed"
    owner.call("DELETE", f"/api/members/{member}")
    assert problem(bea, "GET", "/api/me") == "token_unknown"
    there = {person["id"] for person in owner.call("GET", "/api/members")}
    assert str(member) not in there
    assert str(owner.joined.member) in there
    assert list((owner.box.data / "members").glob(f"{member}*")) == []


def test_a_rescue_is_seen_and_stopped_by_the_member(owner: Device) -> None:
    bea = owner.invite("Bea")
    path = f"/api/members/{bea.joined.member}/rescue"
    owner.call("POST", path)
    assert bea.call("GET", "/api/me")["rescue"]["asked_by"] == "Ada"
    body = {"member": str(bea.joined.member)}
    assert problem(owner, "POST", "/api/invitations", body) == "rescue_too_early"
    bea.call("DELETE", path)
    assert bea.call("GET", "/api/me")["rescue"] is None


def test_the_recovery_sheet_brings_an_owner_back_who_lost_every_phone(
    silent_box: RunningBox,
) -> None:
    owner = silent_box.set_up()
    made = owner.call("POST", "/api/sheet", {})
    assert problem(owner, "POST", "/api/sheet/proof", {"text": "AAA AAA AAA"}) == "sheet_line_wrong"
    assert owner.call("GET", "/api/me")["sheet_proven_at"] is None
    owner.call("POST", "/api/sheet/proof", {"text": made["lines"][made["line"] - 1]})
    assert owner.call("GET", "/api/me")["sheet_proven_at"]

    body = {"lines": made["lines"], "device_name": "New phone"}
    back = Device(owner.box, owner.box.call("POST", "/api/recover", body))

    assert back.call("GET", "/api/me")["member"] == str(owner.joined.member)


def test_wrong_sheets_are_not_tried_without_end(silent_box: RunningBox) -> None:
    owner = silent_box.set_up()
    body = {"lines": ["000 000 001", "000 000 002", "000 000 003", "000 000 004"]}
    codes = [
        owner.box.request("POST", "/api/recover", {**body, "device_name": "Thief"}).json()["code"]
        for _ in range(12)
    ]
    assert codes == ["sheet_unknown"] * 10 + ["too_many_tries"] * 2


def test_what_strangers_hear_names_nobody(owner: Device) -> None:
    assert owner.box.call("GET", "/api/household") == {"set_up": True, "id": None}
    assert set(owner.box.call("GET", "/check")) == {"id", "time", "fingerprint"}
