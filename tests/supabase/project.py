"""The Supabase project of a test: its double or, where the environment names one, a real one.

A real project is named by FUTURESELF_TEST_SUPABASE_URL and FUTURESELF_TEST_SUPABASE_KEY (its publishable
key); it has the box's migrations, confirms mails by itself, and is left with accounts of nobody.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import psycopg

from futureself_box.bench.running_box import eventually, free_port
from futureself_box.sync.cloud import provisioning
from tests.supabase.answers import PUBLISHABLE
from tests.supabase.postgres import Postgres

_URL, _KEY = "FUTURESELF_TEST_SUPABASE_URL", "FUTURESELF_TEST_SUPABASE_KEY"
PASSWORD = "correct horse battery"  # noqa: S105 (of accounts that hold nothing)


class Project:
    """A project as the box sees it: an address and a key."""

    def __init__(self, url: str, key: str) -> None:
        self.url, self.key = url, key

    def new_mail(self) -> str:
        """An address that nobody has an account with."""
        return f"test-{uuid4().hex}@example.com"


class Double(Project):
    """The double, which does what a test says."""

    def __init__(self, folder: Path, port: int) -> None:
        super().__init__(f"http://localhost:{port}", PUBLISHABLE)
        self.postgres = Postgres(folder)
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Serve, and wait until it answers."""
        module = "tests.supabase.double"
        command = [sys.executable, "-m", module, self.postgres.url, str(self._port)]
        self._process = subprocess.Popen(command, cwd=Path(__file__).parents[2])
        eventually(self._answers)

    def stop(self) -> None:
        """Serve no more."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()

    def steer(self, what: str, **body: Any) -> Any:
        """Set what the double does; see `Double.steer` there."""
        answer = httpx2.post(f"{self.url}/double/{what}", json=body, verify=False)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def heal(self) -> None:
        """Let nothing go wrong any more."""
        self.steer("heal")
        self.steer("tokens", seconds=3600, confirm_mail=False)

    @contextmanager
    def broken(self, path: str = "/", **fault: Any) -> Iterator[None]:
        """Every call whose path matches goes wrong, meanwhile."""
        self.steer("fault", path=path, **{"times": 10**9} | fault)
        yield
        self.heal()

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the database answers to its administrator."""
        with psycopg.connect(self.postgres.url) as connection:
            cursor = connection.execute(query.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def _answers(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/auth/v1/.well-known/jwks.json").status_code == 401
        except httpx2.TransportError:
            return False


@contextmanager
def a_double() -> Iterator[Double]:
    """A double of one's own, prepared as the product prepares a project."""
    with tempfile.TemporaryDirectory(prefix="futureself-") as folder:
        double = Double(Path(folder), free_port())
        double.postgres.make()
        try:
            provisioning.apply(double.postgres.url)
            double.start()
            yield double
        finally:
            double.stop()
            double.postgres.stop()


def real_project() -> Project | None:
    """The project that the environment names, if it does."""
    url, key = os.environ.get(_URL), os.environ.get(_KEY)
    return Project(url, key) if url and key else None
