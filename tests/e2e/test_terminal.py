"""`futureself-box chat`: the terminal is a phone like any other."""

import json
import signal
import subprocess
import sys

import pytest

from futureself_box.bench.running_box import Device, RunningBox, eventually
from futureself_box.ops.supervisor import FINAL

pytestmark = pytest.mark.timeout(120)


def chat(box: RunningBox, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "futureself_box.cli", "chat", *arguments]
    return subprocess.run(
        command, env=box.environment, input=text, capture_output=True, text=True, check=False
    )


def joining(box: RunningBox, code: str) -> subprocess.Popen[str]:
    """A terminal that comes with a code and waits."""
    command = [sys.executable, "-m", "futureself_box.cli", "chat", "--once", "Hi", "--code", code]
    return subprocess.Popen(
        command, env=box.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def asked_number(owner: Device, invitation: str) -> str:
    """The number on the inviting screen, once a device is asking."""
    path = f"/api/invitations/{invitation}"
    return str(eventually(lambda: owner.call("GET", path)["number"]))


def let_in(owner: Device, invitation: str) -> str:
    """Say yes to the device that asks."""
    number = asked_number(owner, invitation)
    owner.confirm(invitation, number)
    return number


def test_once_prints_the_answer_and_its_figures_last(box: RunningBox) -> None:
    set_up = ("--code", box.setup_code, "--name", "Ada")
    ran = chat(box, "--once", "Hello, who are you?", "--json", *set_up)
    assert ran.returncode == 0, ran.stderr
    *words, last = ran.stdout.splitlines()
    figures = json.loads(last)
    assert set(figures) == {"text", "ttft_ms", "tokens", "tokens_per_s"}
    assert figures["text"] == "\n".join(words).strip()
    assert figures["tokens"] > 1
    assert figures["tokens_per_s"] > 0
    assert "I am a computer program, not a person." in ran.stderr

    again = chat(box, "--once", "And what do you like?")
    assert again.returncode == 0, again.stderr
    assert again.stdout.strip()


def test_a_conversation_goes_on_until_the_end_of_input(box: RunningBox) -> None:
    ran = chat(box, text=f"{box.setup_code}\nAda\nHello?\nHow are you?\n")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("you>") == 3
    assert "imagined" in ran.stdout


def test_a_wrong_code_is_told_in_a_sentence(silent_box: RunningBox) -> None:
    ran = chat(silent_box, "--once", "Hello?", "--code", "00000000", "--name", "Eve")
    assert ran.returncode == FINAL
    assert "That code is not right." in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_removed_terminal_is_told_to_join_again(silent_box: RunningBox) -> None:
    owner = silent_box.set_up()
    invitation = owner.call("POST", "/api/invitations", {})
    with joining(silent_box, invitation["code"]) as waiting:
        let_in(owner, invitation["id"])
        waiting.wait(timeout=60)
    devices = owner.call("GET", "/api/devices")
    (terminal,) = [device for device in devices if not device["current"]]
    owner.call("DELETE", f"/api/devices/{terminal['id']}")
    ran = chat(silent_box, "--once", "Hello?")
    assert ran.returncode == FINAL
    assert "The box doesn't know this device." in ran.stderr


def test_the_number_on_the_terminal_is_the_one_on_the_inviting_screen(
    silent_box: RunningBox,
) -> None:
    owner = silent_box.set_up()
    invitation = owner.call("POST", "/api/invitations", {})
    with joining(silent_box, invitation["code"]) as waiting:
        assert waiting.stderr is not None
        told = waiting.stderr.readline()
        number = let_in(owner, invitation["id"])
        assert told.strip() == f"Ask Ada to check: {number[:3]} {number[3:]}"
        waiting.communicate(timeout=60)


def test_a_terminal_that_is_turned_away_says_so(silent_box: RunningBox) -> None:
    owner = silent_box.set_up()
    invitation = owner.call("POST", "/api/invitations", {})
    with joining(silent_box, invitation["code"]) as waiting:
        asked_number(owner, invitation["id"])
        owner.call("DELETE", f"/api/invitations/{invitation['id']}")
        _, said = waiting.communicate(timeout=60)
    assert "You were not let in." in said


def test_without_a_box_the_terminal_says_how_to_start_one(silent_box: RunningBox) -> None:
    nowhere = ("--url", "http://localhost:1", "--code", "12345678")
    ran = chat(silent_box, "--once", "Hello?", *nowhere)
    assert ran.returncode == FINAL
    assert "scripts/run" in ran.stderr


def test_without_a_model_the_terminal_says_what_to_pull(silent_box: RunningBox) -> None:
    set_up = ("--code", silent_box.setup_code, "--name", "Ada")
    ran = chat(silent_box, "--once", "Hello?", *set_up)
    assert "futureself-box models pull starter" in ran.stderr


def test_ctrl_c_stops_the_answer_and_not_the_talk(box: RunningBox) -> None:
    set_up = ("--code", box.setup_code, "--name", "Ada")
    command = [sys.executable, "-m", "futureself_box.cli", "chat", *set_up]
    with subprocess.Popen(
        command,
        env=box.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as talk:
        assert talk.stdin is not None
        assert talk.stdout is not None
        talk.stdin.write(b"Tell me a long story.\n")
        talk.stdin.flush()
        seen = b""
        while b"you> " not in seen or len(seen.split(b"you> ", 1)[1]) < 10:
            seen += talk.stdout.read1(100)  # type: ignore[attr-defined]
        talk.send_signal(signal.SIGINT)
        while seen.count(b"you> ") < 2:
            seen += talk.stdout.read1(100)  # type: ignore[attr-defined]
        talk.stdin.close()
        assert talk.wait(timeout=20) == 0
