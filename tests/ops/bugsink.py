"""Bugsink, a real server of the Sentry protocol, in an environment and a process of its own.

Its licence (PolyForm Shield 1.0.0) lets anybody run it who doesn't sell the like, but is not a free one:
so scripts/soak fetches it, once a machine, and nothing of the box or of its everyday tests needs it.
"""

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import platformdirs

from futureself_box.bench.running_box import eventually, free_port

_LOCK = Path(__file__).with_name("requirements-bugsink.lock")
_NEW_PROJECT = """
from projects.models import Project
print("DSN", Project.objects.create(name="box").dsn)
"""
_SETTINGS = """
BUGSINK["PHONEHOME"] = False
ALLOWED_HOSTS = ["localhost"]
"""


class Bugsink:
    """One project of a server that runs."""

    def __init__(self, folder: Path, dsn: str) -> None:
        self.dsn = dsn
        self._folder = folder

    def events(self) -> list[dict[str, Any]]:
        """What was reported, oldest first, as it has taken it in."""
        with closing(sqlite3.connect(self._folder / "db.sqlite3")) as database:
            rows = database.execute("SELECT data FROM events_event ORDER BY digested_at").fetchall()
        return [json.loads(data) for (data,) in rows]

    def kept(self) -> bytes:
        """Every byte that it has of anything."""
        return b"\n".join(path.read_bytes() for path in self._folder.glob("db.sqlite3*"))


@contextmanager
def bugsink(folder: Path) -> Iterator[Bugsink]:
    """One that listens on loopback."""
    programs, port = _installed() / "bin", free_port()
    _run(folder, programs / "bugsink-create-conf", "--template=local", f"--port={port}")
    with (folder / "bugsink_conf.py").open("a") as settings:
        settings.write(_SETTINGS)
    _run(folder, programs / "bugsink-manage", "migrate")
    _run(folder, programs / "bugsink-manage", "migrate", "snappea", "--database=snappea")
    said = _run(folder, programs / "bugsink-manage", "shell", "-c", _NEW_PROJECT)
    dsn = said.split("DSN ")[1].split()[0]
    with (folder / "log").open("wb") as log:
        command = [str(programs / "gunicorn"), f"--bind=localhost:{port}", "bugsink.wsgi"]
        process = subprocess.Popen(
            command, cwd=folder, stdout=log, stderr=log, env=_environment(folder)
        )
    try:
        eventually(lambda: _answers(port))
        yield Bugsink(folder, dsn)
    finally:
        process.terminate()
        process.wait()


def _installed() -> Path:
    """Its environment, made once a machine and for each lock."""
    cache = Path(platformdirs.user_cache_dir("futureself-box")) / "test-data"
    made = cache / f"bugsink-{hashlib.sha256(_LOCK.read_bytes()).hexdigest()[:12]}"
    if not (made / "bin/gunicorn").exists():
        subprocess.run([sys.executable, "-m", "venv", made], check=True)
        install = [
            "install",
            "--quiet",
            "--require-hashes",
            "--only-binary=:all:",
            "-r",
            str(_LOCK),
        ]
        subprocess.run([str(made / "bin/pip"), *install], check=True)
    return made


def _run(folder: Path, *command: str | Path) -> str:
    environment = _environment(folder)
    ran = subprocess.run(
        command, cwd=folder, env=environment, check=True, capture_output=True, text=True
    )
    return ran.stdout


def _environment(folder: Path) -> dict[str, str]:
    # pytest's own path would show it the test environment's packages.
    ours = {"PYTHONPATH": str(folder), "DJANGO_SETTINGS_MODULE": "bugsink_conf"}
    return {**os.environ, **ours}


def _answers(port: int) -> bool:
    try:
        return httpx2.get(f"http://localhost:{port}/health/ready").status_code < 500
    except httpx2.TransportError:
        return False
