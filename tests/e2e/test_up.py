"""`futureself-box up`: what dies comes back, what is told to stop stops."""

import asyncio
import json

import psutil
import pytest

from futureself_box.bench import faults
from futureself_box.bench.running_box import RunningBox, eventually

pytestmark = pytest.mark.timeout(90)


def test_a_killed_process_comes_back_and_the_other_stays(box: RunningBox) -> None:
    (other,) = box.processes("inference")
    (before,) = box.processes("box")
    box.kill("box")
    box.wait_until_ready()
    (after,) = box.processes("box")
    assert before.pid != after.pid
    assert other.is_running()


def test_sigterm_stops_everything_in_the_middle_of_an_answer(box: RunningBox) -> None:
    device = box.set_up()

    async def start_talking() -> None:
        async with device.phone() as phone:
            await faults.start_talking(phone)

    asyncio.run(start_talking())
    processes = box.processes()
    assert box.stop() == 0
    assert not psutil.wait_procs(processes, timeout=1)[1]
    assert faults.check_databases(box) == 2
    box.start()
    box.wait_until_ready()


def test_a_killed_supervisor_leaves_no_process_behind(box: RunningBox) -> None:
    processes = box.processes()
    assert len(processes) >= 3
    box.kill_supervisor()
    assert not psutil.wait_procs(processes, timeout=10)[1]
    box.start()
    box.wait_until_ready()


def test_logs_are_events_with_codes_and_never_a_member_s_words(box: RunningBox) -> None:
    device = box.set_up("Canary-name")
    asyncio.run(faults.say(device, "canary-words in a message"))
    with pytest.raises(AssertionError):
        device.call("POST", "/api/invitations", {"name": "canary-invited " * 20})
    eventually(lambda: "turn_over" in box.log)
    assert "canary" not in box.log.lower()
    events = [json.loads(line) for line in box.log.splitlines() if line.startswith("{")]
    assert {"turn_over", "box_started", "device_added"} <= {event["event"] for event in events}
    assert device.token not in box.log
