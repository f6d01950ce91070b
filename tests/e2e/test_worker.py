"""The worker beside a real box: backups are made, also when it is killed in the middle."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from futureself_box.bench.running_box import Device, RunningBox, eventually
from futureself_box.store import backup

pytestmark = pytest.mark.timeout(120)


def command(
    box: RunningBox, *arguments: str, typed: str = ""
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "futureself_box.cli", *arguments],
        env=box.environment,
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def backed_up(box: RunningBox) -> str:
    """The path of a backup made by command, once that of the night is not under way."""

    def back_up() -> str | None:
        done = command(box, "backup")
        assert done.returncode == 0 or "already running" in done.stderr, done.stderr
        return done.stdout.splitlines()[0] if done.returncode == 0 else None

    return eventually(back_up)


def finished(owner: Device) -> Any:
    def look() -> Any:
        report = owner.call("GET", "/api/backups")
        return report if report["backup"] and not report["under_way"] else None

    return eventually(look)


def test_the_owner_has_a_backup_made_and_a_member_may_not(silent_box: RunningBox) -> None:
    owner = silent_box.set_up()
    bea = owner.invite("Bea")
    for method in ("GET", "POST"):
        refused = silent_box.request(method, "/api/backups", token=bea.token)
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    eventually(lambda: "worker_started" in silent_box.log)
    owner.call("POST", "/api/backups")
    report = finished(owner)
    assert report["problem"] is None
    made = backup.every(silent_box.data / "backups")[-1]
    assert report["backup"]["name"] == made.name
    assert len(backup.read(made).manifest.contents) == 3


def test_a_worker_killed_in_the_middle_of_a_backup_makes_it_after_all(
    silent_box: RunningBox,
) -> None:
    owner = silent_box.set_up()
    attachments = silent_box.data / "members" / f"{owner.joined.member}.attachments"
    attachments.mkdir()
    # Nobody writes into this pipe, so the copy waits here until it is killed.
    os.mkfifo(attachments / "endless")
    eventually(lambda: "worker_started" in silent_box.log)
    owner.call("POST", "/api/backups")
    kept = silent_box.data / "backups"
    eventually(lambda: list(kept.glob(".*.part/members/*.attachments")))
    silent_box.kill("worker")
    (attachments / "endless").unlink()
    finished(owner)
    assert not list(kept.glob(".*"))
    newest = backup.read(backup.every(kept)[-1])
    assert len(newest.manifest.contents) == 2


def test_a_running_box_is_backed_up_and_a_stopped_one_restored_by_command(
    silent_box: RunningBox,
) -> None:
    assert command(silent_box, "backup", "--to", str(silent_box.data / "x")).returncode == 0
    owner = silent_box.set_up()
    would = command(silent_box, "backup", "--dry-run")
    assert "It would copy 1 person" in would.stdout
    path = backed_up(silent_box)
    refused = command(silent_box, "restore", path)
    assert refused.returncode != 0
    assert "already running" in refused.stderr
    owner.invite("Bea")
    silent_box.stop()
    would = command(silent_box, "restore", path, "--dry-run")
    assert "Nothing was changed" in would.stdout, would.stderr
    restored = command(silent_box, "restore", path)
    assert restored.returncode == 0, restored.stderr
    silent_box.start()
    silent_box.wait_until_up()
    assert [one["name"] for one in owner.call("GET", "/api/members")] == ["Ada"]


def test_the_sheet_alone_restores_on_a_clean_machine(
    silent_box: RunningBox, tmp_path: Path
) -> None:
    owner = silent_box.set_up()
    new = owner.call("POST", "/api/sheet")
    owner.call("POST", "/api/sheet/proof", {"text": new["lines"][new["line"] - 1]})
    path = backed_up(silent_box)
    silent_box.stop()
    clean = RunningBox(tmp_path / "clean", None)
    typed = "".join(f"{line}\n" for line in new["lines"])
    assert "--sheet" in command(clean, "restore", path).stderr
    restored = command(clean, "restore", path, "--sheet", typed=typed)
    assert restored.returncode == 0, restored.stderr
    clean.start()
    clean.wait_until_up()
    name = clean.call("GET", "/api/me", token=owner.token)["name"]
    clean.stop()
    assert name == "Ada"
