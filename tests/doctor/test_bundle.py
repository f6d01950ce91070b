"""The bundle for who helps says how the box is, and nothing of who lives there."""

import json
import os
import socket
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from futureself_box.bench import faults
from futureself_box.bench.running_box import Device, RunningBox
from futureself_box.doctor import bundle, examination
from futureself_box.doctor.bundle import redacted
from futureself_box.settings import Settings
from futureself_box.store.vault import Vault

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "secret",
    [
        socket.gethostname(),
        "192.168.7.23",
        "fd12:3456:789a:1::5",
        "/srv/ada/.config/futureself-box",
        "~/journals",
        "2f55d01e-b345-49dc-b95a-5fbb4b1aa154",
        "7413b7f1138c417cace19a4288020e6e",
        "futureself-k3q9",
    ],
)
def test_what_leads_to_a_household_is_taken_out(secret: str) -> None:
    assert secret not in redacted(f"The file of {secret} is damaged ({secret}), look at {secret}.")


def test_sentences_stay_readable() -> None:
    said = "Port 8420 is in use, 3.2 GB are free and 9 days and/or 10:30 passed."
    assert redacted(said) == said


@pytest.mark.timeout(120)
def test_no_canary_in_the_bundle_the_report_or_the_log(
    silent_box: RunningBox, tmp_path: Path
) -> None:
    canary = uuid4().hex
    owner: Device = silent_box.set_up(f"Olga {canary}")
    body = {"day": "2026-11-24", "written_at": "2026-11-24T09:00:00+00:00", "mood": 3}
    owner.call("POST", "/api/journal", body | {"text": f"I {canary}", "tags": [canary]})
    report = owner.call("GET", "/api/doctor")
    assert canary not in json.dumps(report)
    assert {finding["check"] for finding in report["findings"]} >= {"app", "databases", "worker"}
    assert not [f for f in report["findings"] if f["check"] == "worker" and f["state"] != "well"]

    ran = diagnose(silent_box, tmp_path / "bundle.zip")
    assert ran.returncode == 0, ran.stderr
    again = diagnose(silent_box, tmp_path / "bundle.zip")
    assert (again.returncode, "there already" in again.stderr) == (1, True)
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(tmp_path / "bundle.zip") as zipped:
        zipped.extractall(unpacked)
    assert sorted(path.stem for path in unpacked.iterdir()) == [
        "findings",
        "settings",
        "sizes",
        "versions",
    ]
    for secret in (canary, str(silent_box.data), str(owner.joined.member), socket.gethostname()):
        assert not faults.search(unpacked, secret)
    assert canary not in silent_box.log + ran.stdout


def diagnose(box: RunningBox, target: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "futureself_box.cli", "diagnose", str(target)]
    return subprocess.run(command, env=box.environment, capture_output=True, text=True, check=False)


def test_the_command_mends_what_it_can(tmp_path: Path) -> None:
    settings = Settings(data_folder=str(tmp_path / "data"), config_folder=str(tmp_path / "config"))
    Vault(settings.data_path, settings.config_path).close()
    settings.data_path.chmod(0o755)
    environment = {
        **os.environ,
        "FUTURESELF_DATA_FOLDER": settings.data_folder,
        "FUTURESELF_CONFIG_FOLDER": settings.config_folder,
    }
    command = [sys.executable, "-m", "futureself_box.cli", "doctor", "--mend", "--json"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 1  # nothing runs
    folders = [f for f in json.loads(ran.stdout)["findings"] if f["check"] == "folders"]
    assert [finding["state"] for finding in folders] == ["well"]
    assert settings.data_path.stat().st_mode & 0o077 == 0


def test_a_bundle_is_made_of_a_box_that_cannot_start(tmp_path: Path) -> None:
    settings = Settings(data_folder=str(tmp_path), config_folder=str(tmp_path / "config"))
    report = examination.examine(settings, NOW, ())
    bundle.write(report, settings, tmp_path / "bundle.zip", NOW)
    with zipfile.ZipFile(tmp_path / "bundle.zip") as zipped:
        said = json.loads(zipped.read("findings.json"))
    assert "no household yet" in json.dumps(said)
