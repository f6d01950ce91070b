"""Reports of faults: who asks for them hears which code broke, and nothing of anybody."""

import asyncio
import json
import platform
import re
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import pytest

from futureself_box.bench import faults
from futureself_box.bench.running_box import Device, RunningBox, eventually
from futureself_box.ops import reports
from futureself_box.store import box_key, keys
from futureself_box.store.data_folder import BOX
from futureself_box.store.database import Database
from tests.ops.bugsink import bugsink
from tests.ops.sentry_double import SentryDouble, sentry_double

ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}|localhost|::1")


class Server(Protocol):
    """A server of the Sentry protocol."""

    dsn: str

    def events(self) -> list[dict[str, Any]]:
        """What was reported, oldest first."""

    def kept(self) -> bytes:
        """All that it has of anything."""


@pytest.fixture
def double() -> Iterator[SentryDouble]:
    with sentry_double() as made:
        yield made


@pytest.fixture
def server(soak: bool, tmp_path: Path) -> Iterator[Server]:
    """Bugsink in scripts/soak, else the double."""
    if not soak:
        with sentry_double() as made:
            yield made
        return
    folder = tmp_path / "bugsink"
    folder.mkdir()
    with bugsink(folder) as real:
        yield real


@pytest.mark.soak
@pytest.mark.timeout(180)
def test_a_fault_is_reported_and_nobodys_words_go_anywhere(
    server: Server, tmp_path: Path, models: Path
) -> None:
    canary = uuid4().hex
    folder = tmp_path / "home"
    with RunningBox(folder, models, **quick(server.dsn)) as box:
        owner = box.set_up(f"Ada {canary}")
        asyncio.run(faults.say(owner, f"My secret is {canary}."))
        write(owner, f"Dear diary, {canary}.")
        spoil(box, owner)
        answer = box.request("POST", "/api/journal", entry(canary), owner.token)
        assert answer.status_code == 500
        events = eventually(server.events)
        metrics = box.request("GET", "/metrics", token=owner.token).text
        bundle = tmp_path / "bundle.zip"
        diagnose = [sys.executable, "-m", "futureself_box.cli", "diagnose", str(bundle)]
        subprocess.run(diagnose, env=box.environment, check=True, capture_output=True)
    assert_tells_only_of_code(events, owner, "request_broke")
    assert canary.encode() not in server.kept()
    assert canary not in metrics
    with zipfile.ZipFile(bundle) as parts:
        assert not [name for name in parts.namelist() if canary.encode() in parts.read(name)]
    assert faults.search(folder, canary) == []


def test_not_even_what_an_exception_says_is_reported(double: SentryDouble, tmp_path: Path) -> None:
    canary = uuid4().hex
    ran = run_broken_program(tmp_path / canary, canary, double.dsn)
    assert "ValueError" in ran.stderr
    logged, thrown, ended = double.events()
    assert logged["tags"] == {"process": "worker", "code": "worker_broke"}
    assert [one["type"] for one in logged["exception"]["values"]] == ["KeyError", "OSError"]
    assert thrown["tags"] == ended["tags"] == {"process": "worker"}
    assert [one["type"] for one in ended["exception"]["values"]] == ["ValueError"]
    assert canary.encode() not in double.kept()
    for name in (socket.gethostname(), platform.node(), str(tmp_path), str(Path.home())):
        assert name not in json.dumps(double.events())


def test_without_an_address_nothing_is_loaded_or_sent(double: SentryDouble, tmp_path: Path) -> None:
    ran = run_broken_program(tmp_path / "off", "words", "")
    assert "loaded: False" in ran.stdout
    assert double.requests == []


def test_a_box_that_breaks_all_the_time_does_not_report_all_the_time() -> None:
    now = 0.0
    scrub = reports.scrubber("box", lambda: now)
    event: Any = {"event_id": "1", "timestamp": "now"}
    assert all(scrub(event, {}) for _ in range(reports.MOST_AN_HOUR))
    assert scrub(event, {}) is None
    now = 3601.0
    assert scrub(event, {}) is not None


BROKEN = """
import logging, os, sys
import structlog
from futureself_box.ops import log, reports
from futureself_box.settings import Log, Reports

words = os.environ["WORDS"]
log.configure(Log(), "worker")
reports.begin(Reports(os.environ["DSN"]), "worker")
print("loaded:", "sentry_sdk" in sys.modules)
try:
    try:
        {}[words]
    except KeyError as error:
        error.add_note(words)
        raise OSError(words, words, words) from error
except OSError:
    structlog.get_logger().exception("worker_broke", text=words)
try:
    raise LookupError(words)
except LookupError:
    logging.getLogger("somebody").exception("It broke over %s", words)
raise ValueError(words)
"""


def run_broken_program(folder: Path, words: str, dsn: str) -> "subprocess.CompletedProcess[str]":
    folder.mkdir()
    program = folder / "program.py"
    program.write_text(BROKEN)
    given = {"WORDS": words, "DSN": dsn, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run(
        [sys.executable, program], env=given, capture_output=True, text=True, check=False
    )


def quick(dsn: str) -> dict[str, str]:
    return {"FUTURESELF_REPORTS_DSN": dsn, "FUTURESELF_INFERENCE_REPLY_TOKENS": "16"}


def entry(text: str) -> dict[str, str]:
    return {"text": text, "day": "2026-11-25", "written_at": "2026-11-25T08:00:00Z"}


def write(owner: Device, text: str) -> None:
    owner.call("POST", "/api/journal", entry(text))


def spoil(box: RunningBox, owner: Device) -> None:
    """Take a table away under the running box, which no code expects."""
    path = box.data / "members" / f"{owner.joined.member}.db"
    secret = box_key.load_or_create(box.config, household_exists=True)
    key = keys.open_key(path.with_suffix(".keys"), BOX, secret)
    with closing(Database(path, keys.derive(key, "database"))) as store, store.write() as tx:
        tx.execute("DROP TABLE head")


def assert_tells_only_of_code(events: list[dict[str, Any]], owner: Device, code: str) -> None:
    (event,) = [one for one in events if one["tags"].get("code") == code]
    (thrown, *_) = event["exception"]["values"]
    frames = thrown["stacktrace"]["frames"]
    assert thrown["type"] == "OperationalError"
    assert any(frame["module"].startswith("futureself_box.records") for frame in frames)
    assert {field for frame in frames for field, value in frame.items() if value} <= {
        "module",
        "function",
        "lineno",
        "in_app",
    }
    text = json.dumps(events)
    assert not ADDRESS.search(text)
    for name in (socket.gethostname(), str(owner.joined.member), str(owner.joined.device), "/"):
        assert name not in text.replace("futureself-box", "")
