"""The cloud copy of a whole box: linked by HTTP, kept by the worker, told to phones."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from futureself_box.api.frames import (
    Poke,
    RecordChange,
    RecordsAck,
    RecordsChanges,
    RecordsPull,
    RecordsPush,
)
from futureself_box.bench.running_box import Device, RunningBox, eventually
from tests.supabase.project import PASSWORD, Double, Project

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def cloud_box(tmp_path: Path, cloud: Project) -> Any:
    """A whole box with a Supabase project, and without a model."""
    running = RunningBox(tmp_path, None, **cloud_of(cloud))
    running.start()
    running.wait_until_up()
    yield running
    running.stop()


def cloud_of(cloud: Project) -> dict[str, str]:
    return {"FUTURESELF_SUPABASE_URL": cloud.url, "FUTURESELF_SUPABASE_KEY": cloud.key}


def prove_sheet(owner: Device) -> list[str]:
    new = owner.call("POST", "/api/sheet")
    owner.call("POST", "/api/sheet/proof", {"text": new["lines"][new["line"] - 1]})
    return list(new["lines"])


def link(device: Device, mail: str) -> Any:
    device.call("POST", "/api/cloud/sign-up", {"mail": mail, "password": PASSWORD})
    return settled(device)


def settled(device: Device) -> Any:
    """How the copy stands once the worker has done what was wished."""

    def look() -> Any:
        report = device.call("GET", "/api/cloud")
        return None if report["wishing"] else report

    return eventually(look)


def caught_up(device: Device) -> Any:
    def look() -> Any:
        report = device.call("GET", "/api/cloud")
        return report if report["good_at"] and report["waiting"] == 0 else None

    return eventually(look)


def write(device: Device, text: str) -> Any:
    at = {"day": "2026-11-25", "written_at": "2026-11-25T09:00:00+00:00"}
    return device.call("POST", "/api/journal", at | {"text": text})


def test_a_member_links_themselves_and_what_they_write_reaches_the_cloud(
    cloud_box: RunningBox, cloud: Project
) -> None:
    owner = cloud_box.set_up()
    write(owner, "Before.")
    assert link(owner, cloud.new_mail())["state"] == "linked"
    without_sheet = eventually(lambda: owner.call("GET", "/api/cloud")["problem"])
    assert "recovery sheet" in without_sheet
    prove_sheet(owner)
    caught_up(owner)
    assert owner.call("GET", "/api/cloud")["problem"] is None
    assert PASSWORD not in cloud_box.log


async def test_a_phone_hears_that_its_words_are_in_the_cloud(
    cloud_box: RunningBox, cloud: Project
) -> None:
    owner = await asyncio.to_thread(cloud_box.set_up)
    await asyncio.to_thread(prove_sheet, owner)
    await asyncio.to_thread(link, owner, cloud.new_mail())
    async with owner.phone() as phone:
        body = msgspec.Raw(b'{"text":"The sea."}')
        change = RecordChange(uuid4(), uuid4(), "affirmation", "put", "0" * 16, body)
        await phone.send(RecordsPush(id="push", changes=(change,)))
        ack = await phone.receive_a(RecordsAck)
        sequence = ack.acks[0].sequence
        assert sequence is not None
        frontier = 0
        while frontier < sequence:
            frontier = (await phone.receive_a(Poke)).cloud or 0
        await phone.send(RecordsPull(id="pull"))
        assert (await phone.receive_a(RecordsChanges)).cloud == frontier


def test_a_child_s_words_stay_in_the_house_until_the_owner_says_otherwise(
    cloud_box: RunningBox, cloud: Project
) -> None:
    owner = cloud_box.set_up()
    prove_sheet(owner)
    child = a_child(owner)
    given = {"mail": cloud.new_mail(), "password": PASSWORD}
    refused = cloud_box.request("POST", "/api/cloud/sign-up", given, child.token)
    assert refused.json()["code"] == "cloud_not_allowed"
    assert child.call("GET", "/api/cloud")["allowed"] is False
    path = f"/api/members/{child.joined.member}/cloud"
    assert cloud_box.request("PUT", path, {"allowed": True}, child.token).status_code == 403
    owner.call("PUT", path, {"allowed": True})
    write(child, "Mine.")
    assert link(child, given["mail"])["state"] == "linked"
    caught_up(child)
    owner.call("PUT", path, {"allowed": False})
    write(child, "More.")
    eventually(lambda: child.call("GET", "/api/cloud")["problem"])
    (trouble,) = owner.call("GET", "/api/cloud")["others"]
    assert (trouble["name"], "child" in trouble["problem"]) == ("Cem", True)


def a_child(owner: Device) -> Device:
    born = {"name": "Cem", "role": "child", "birth_year": 2015}
    invitation = owner.call("POST", "/api/invitations", born)
    newcomer = owner.box.ask(invitation["secret"])
    owner.confirm(invitation["id"], newcomer.number)
    return newcomer.come_in()


def test_who_leaves_is_erased_from_the_cloud_as_soon_as_it_answers(
    cloud_box: RunningBox, double: Double
) -> None:
    owner = cloud_box.set_up()
    prove_sheet(owner)
    bea = owner.invite("Bea")
    mail = double.new_mail()
    link(bea, mail)
    write(bea, "Mine.")
    caught_up(bea)
    assert copies(double, mail) == 1
    with double.broken():
        owner.call("DELETE", f"/api/members/{bea.joined.member}")
    eventually(lambda: copies(double, mail) == 0)
    assert owner.call("GET", "/api/cloud")["left"] == []


def copies(double: Double, mail: str) -> int:
    query = "SELECT count(*) FROM futureself.member JOIN auth.users ON id = member_id"
    return int(double.rows(f"{query} WHERE email = %s", mail)[0][0])


def test_a_copy_that_only_the_project_s_owner_can_erase_is_told_until_it_is_done(
    cloud_box: RunningBox, double: Double
) -> None:
    owner = cloud_box.set_up()
    prove_sheet(owner)
    bea = owner.invite("Bea")
    link(bea, double.new_mail())
    caught_up(bea)
    double.rows("DELETE FROM auth.sessions")
    owner.call("DELETE", f"/api/members/{bea.joined.member}")
    (left,) = eventually(lambda: owner.call("GET", "/api/cloud")["left"])
    assert left == {"member": str(bea.joined.member), "name": "Bea"}
    owner.call("DELETE", f"/api/cloud/left/{left['member']}")
    assert owner.call("GET", "/api/cloud")["left"] == []


def test_a_box_without_a_project_says_so(silent_box: RunningBox) -> None:
    owner = silent_box.set_up()
    assert owner.call("GET", "/api/cloud")["project"] is None
    given = {"mail": "ada@example.com", "password": "x"}
    refused = silent_box.request("POST", "/api/cloud/sign-in", given, owner.token)
    assert (refused.status_code, refused.json()["code"]) == (409, "cloud_not_set")


def test_a_lost_box_comes_back_by_command_and_its_owner_joins_anew(
    cloud_box: RunningBox, cloud: Project, tmp_path: Path
) -> None:
    owner = cloud_box.set_up()
    lines = prove_sheet(owner)
    entry = write(owner, "The sea.")
    mail = cloud.new_mail()
    link(owner, mail)
    caught_up(owner)
    assert cloud_box.stop() == 0
    new = RunningBox(tmp_path / "new", None, **cloud_of(cloud))
    typed = "\n".join([*lines, mail, PASSWORD, "", ""])
    would = restore(new, typed, "--dry-run")
    assert "Nothing was changed." in would.stdout, would.stderr
    done = restore(new, typed)
    assert "Ada, owner: 1 versions." in done.stdout, done.stderr
    assert "photos" in done.stdout
    assert PASSWORD not in done.stdout + done.stderr
    new.start()
    new.wait_until_up()
    back = new.set_up("Somebody")
    assert back.call("GET", "/api/me")["name"] == "Ada"
    assert back.call("GET", f"/api/journal/{entry['id']}")["body"]["text"] == "The sea."
    new.stop()
    cloud_box.start()


def restore(box: RunningBox, typed: str, *options: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "futureself_box.cli", "restore", "--from-supabase", *options],
        env=box.environment,
        input=typed,
        capture_output=True,
        text=True,
        start_new_session=True,
        check=False,
    )
