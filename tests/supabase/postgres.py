"""A PostgreSQL server of a test's own, on a Unix socket, with a Supabase project's roles."""

import os
import pwd
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg

from futureself_box.bench.running_box import eventually

_ROLES = Path(__file__).with_name("roles.sql")


class Postgres:
    """The server in a folder. It may be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._data = folder / "pg"
        self.url = f"postgresql://postgres@/postgres?host={folder}"

    def make(self) -> None:
        """Make the cluster, start it, and give it what a new project has."""
        if os.getuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self._folder, user.pw_uid, user.pw_gid)
        self._run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        self.start()
        with psycopg.connect(self.url) as connection:
            connection.execute(_ROLES.read_bytes())

    def start(self) -> None:
        """Start it, and wait until it answers."""
        # It is held to killed processes, not to lost power; so no test waits for the disk.
        options = f"-c listen_addresses= -c unix_socket_directories={self._folder} -c fsync=off"
        self._run("pg_ctl", "-w", "-l", str(self._folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        """Stop it at once."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def kill(self) -> None:
        """`kill -9` the server with every process that serves a client."""
        (first, *_) = (self._data / "postmaster.pid").read_text().splitlines()
        for process in psutil.Process(int(first)).children():
            with suppress(psutil.NoSuchProcess):  # a client left just now, and its process with it
                process.kill()
        os.kill(int(first), signal.SIGKILL)

    def start_again(self) -> None:
        """Start it unless it runs; the one before may not be quite gone."""
        if self._is_running():
            return
        eventually(self._comes_up)

    def _comes_up(self) -> bool:
        try:
            self.start()
        except AssertionError:
            return False
        return True

    def _is_running(self) -> bool:
        try:
            psycopg.connect(self.url).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        command = [*as_user, find_program(program), "-D", str(self._data), *arguments]
        done = subprocess.run(
            command,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


def find_program(name: str) -> str:
    """Debian keeps the server's programs off the path."""
    places = [str(folder) for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"))]
    found = shutil.which(name, path=os.pathsep.join([*places[::-1], os.environ["PATH"]]))
    assert found, f"{name} is missing: apt install postgresql"
    return found
