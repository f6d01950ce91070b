"""What the box promises when something breaks: samples here, full counts under `scripts/soak`."""

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest

from futureself_box.bench import faults
from futureself_box.bench.running_box import BoxMisbehaved, Device, RunningBox
from futureself_box.errors import StoreDamaged

pytestmark = [pytest.mark.soak, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def owner(home: RunningBox) -> Device:
    return home.set_up()


@pytest.fixture(scope="module")
def silent_owner(silent_home: RunningBox) -> Device:
    return silent_home.set_up()


def test_a_network_cut_mid_reply_loses_and_doubles_no_word(owner: Device, soak: bool) -> None:
    kept = asyncio.run(faults.network_cuts(owner, 50 if soak else 2))
    assert kept.times == (50 if soak else 2)


def test_a_killed_engine_is_told_to_every_phone_and_a_retry_works(
    home: RunningBox, owner: Device, soak: bool
) -> None:
    family = [owner, owner.invite("Bea")]
    asyncio.run(faults.kills_of_inference(home, family, 50 if soak else 2))
    assert "Traceback" not in home.log


def test_a_killed_box_has_every_message_that_it_acknowledged(
    silent_box: RunningBox, soak: bool
) -> None:
    owner = silent_box.set_up()
    family = [owner, owner.invite("Bea"), owner.invite()]
    asyncio.run(faults.kills_of_box(silent_box, family, 200 if soak else 4))
    silent_box.stop()
    assert faults.check_databases(silent_box) == 3
    silent_box.start()


def test_a_device_removed_mid_reply_is_cut_off_and_its_wrap_is_gone(
    owner: Device, soak: bool
) -> None:
    times = 20 if soak else 2
    assert asyncio.run(faults.revocations(owner, times)).times == times


def test_who_was_said_yes_to_is_in(silent_owner: Device, soak: bool) -> None:
    times = 20 if soak else 2
    assert asyncio.run(faults.joinings(silent_owner, times)).times == times


def test_bad_frames_are_answered_and_leave_nothing_behind(
    silent_home: RunningBox, silent_owner: Device, soak: bool
) -> None:
    asyncio.run(faults.bad_frames(silent_home, silent_owner, 600))
    before = silent_home.memory_mib()
    asyncio.run(faults.bad_frames(silent_home, silent_owner, 10_000 if soak else 600))
    assert silent_home.memory_mib() - before < 8
    assert "Traceback" not in silent_home.log
    assert silent_owner.conversation() == []


def test_a_member_s_words_are_in_no_byte_of_the_data_folder(box: RunningBox) -> None:
    canary = uuid4().hex
    owner = box.set_up(f"Ada {canary}")
    asyncio.run(faults.say(owner, f"My secret is {canary}."))
    assert faults.search(box.data, canary) == []
    box.stop()
    assert faults.search(box.data, canary) == []
    assert canary not in box.log
    box.start()


def test_the_search_for_words_finds_them_where_they_are(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"...canary...")
    (tmp_path / "wide").write_bytes("canary".encode("utf-16-le"))
    (tmp_path / "none").write_bytes(b"c.a.n.a.r.y")
    assert faults.search(tmp_path, "canary") == ["plain", "wide"]


def test_a_damaged_database_is_not_taken_for_a_whole_one(tmp_path: Path) -> None:
    box = RunningBox(tmp_path, None)
    box.start()
    box.wait_until_up()
    asyncio.run(faults.kills_of_box(box, [box.set_up()], 1))
    box.stop()
    path = next((box.data / "members").glob("*.db"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises((BoxMisbehaved, StoreDamaged), match="damaged"):
        faults.check_databases(box)
