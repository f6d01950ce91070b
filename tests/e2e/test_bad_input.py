"""What a household does wrong or suffers: each is a sentence that says what to do."""

import asyncio
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from futureself_box.api.frames import Error
from futureself_box.bench.running_box import Device, RunningBox
from futureself_box.ops.supervisor import FINAL

pytestmark = pytest.mark.timeout(90)


def start_in_vain(box: RunningBox) -> str:
    box.start()
    assert box.wait() == FINAL
    return box.log


async def say_in_vain(device: Device) -> Error:
    async with device.phone() as phone:
        await phone.say("Hello?")
        while True:
            frame = await phone.receive()
            if isinstance(frame, Error):
                return frame


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    box = RunningBox(tmp_path, None)
    with socket.create_server(("127.0.0.1", box.port)):
        log = start_in_vain(box)
    assert f"Port {box.port} is in use by another program." in log
    assert "FUTURESELF_BOX_PORT" in log


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    box = RunningBox(tmp_path, None, FUTURESELF_BOX_PROT="1")
    assert "There is no variable FUTURESELF_BOX_PROT. Did you mean" in start_in_vain(box)


def test_a_lost_key_stops_the_box_and_bringing_it_back_mends_it(tmp_path: Path) -> None:
    box = RunningBox(tmp_path, None)
    box.start()
    box.wait_until_up()
    device = box.set_up()
    box.stop()
    key = box.config / "box.key"
    key.rename(tmp_path / "kept.key")
    assert "The box's key is missing" in start_in_vain(box)
    (tmp_path / "kept.key").rename(key)
    box.start()
    box.wait_until_up()
    assert device.call("GET", "/api/me")["name"] == "Ada"
    box.stop()


def test_without_a_model_the_message_is_kept_and_the_phone_told(tmp_path: Path) -> None:
    box = RunningBox(tmp_path, None)
    box.start()
    try:
        box.wait_until_up()
        device = box.set_up()
        error = asyncio.run(say_in_vain(device))
        assert error.code == "model_missing"
        assert "futureself-box models pull" in error.hint
        assert device.conversation()[0]["text"] == "Hello?"
        assert box.request("GET", "/ready").json()["inference"] == "model_missing"
    finally:
        box.stop()


def test_a_broken_model_is_named_and_the_box_stays_up(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(1000))
    box = RunningBox(tmp_path, None, FUTURESELF_INFERENCE_MODEL=str(broken))
    box.start()
    try:
        box.wait_until_up()
        assert asyncio.run(say_in_vain(box.set_up())).code == "model_broken"
    finally:
        box.stop()


def test_a_clock_in_1970_keeps_messages_waiting(tmp_path: Path) -> None:
    box = RunningBox(tmp_path, None, PYTHONPATH=str(Path(__file__).parent / "clock_in_1970"))
    box.start()
    try:
        box.wait_until_up()
        device = box.set_up()
        error = asyncio.run(say_in_vain(device))
        assert error.code == "clock_implausible"
        assert "1970" in error.message
        assert device.conversation() == []
        assert box.request("GET", "/ready").json()["clock"] == "implausible"
    finally:
        box.stop()


def test_a_wrong_code_five_times_brings_a_new_one_on_the_box(tmp_path: Path) -> None:
    box = RunningBox(tmp_path, None)
    box.start()
    try:
        box.wait_until_up()
        code = box.setup_code
        wrong = {"given": "00000000", "name": "Eve", "device_name": "Phone"}
        answers = [box.request("POST", "/api/setup", wrong).json() for _ in range(5)]
        assert [answer["code"] for answer in answers] == ["code_wrong"] * 4 + ["code_spent"]
        assert "new code" in answers[-1]["hint"]
        assert box.setup_code != code
        assert box.set_up().call("GET", "/api/me")["role"] == "owner"
    finally:
        box.stop()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", disk], check=True)
    yield disk
    subprocess.run(["umount", disk], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_refuses_new_words_and_keeps_the_old(tmp_path: Path, small_disk: Path) -> None:
    box = RunningBox(tmp_path, None, FUTURESELF_DATA_FOLDER=str(small_disk))
    box.start()
    try:
        box.wait_until_up()
        device = box.set_up()
        asyncio.run(say_in_vain(device))
        fill(small_disk / "ballast")
        assert asyncio.run(say_in_vain(device)).code == "disk_full"
        (small_disk / "ballast").unlink()
        assert asyncio.run(say_in_vain(device)).code == "model_missing"
        assert len(device.conversation()) == 2
    finally:
        box.stop()


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as ballast, pytest.raises(OSError, match="No space"):
        while True:
            ballast.write(bytes(4096))
