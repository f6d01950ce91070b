"""Our own inference process to measure: `futureself-box inference` in a folder of its own."""

import http.client
import os
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType

import msgspec
import psutil

from futureself_box.bench.running_box import BoxMisbehaved, eventually, inherited_environment
from futureself_box.settings import PREFIX, Inference

_READY_S = 120.0
_STOP_S = 10.0


class OwnEngine:
    """The process, which can be ended and started on the same folder: `with OwnEngine(...)`."""

    def __init__(self, folder: Path, inference: Inference, model: Path) -> None:
        self.socket = folder / "data" / "run" / "inference.sock"
        self.threads = inference.threads or len(os.sched_getaffinity(0))
        self._log = folder / "log"
        own = msgspec.structs.replace(inference, model=str(model))
        self._environment = inherited_environment() | {
            f"{PREFIX}DATA_FOLDER": str(folder / "data"),
            f"{PREFIX}CONFIG_FOLDER": str(folder / "config"),
            f"{PREFIX}LOG_FORMAT": "json",
            **_variables(own),
        }
        (folder / "data").mkdir(parents=True)

    def __enter__(self) -> "OwnEngine":
        self._start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def restart(self) -> None:
        """End it politely and start it on the same folder."""
        self._stop()
        self._start()

    def memory_mib(self) -> float:
        """Resident memory of the process that decodes."""
        children = psutil.Process(self._process.pid).children(recursive=True)
        return float(max(child.memory_info().rss for child in children)) / 2**20

    def _start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "futureself_box.cli", "inference"],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        eventually(self._is_ready, within_s=_READY_S)

    def _stop(self) -> None:
        self._process.terminate()
        self._process.wait(_STOP_S)

    def _is_ready(self) -> bool:
        if self._process.poll() is not None:
            raise BoxMisbehaved(f"The engine ended at its start:\n{self._log.read_text()[-2000:]}")
        try:
            return self._health() == "ready"
        except OSError:
            return False

    def _health(self) -> str:
        connection = http.client.HTTPConnection("box", timeout=5)
        connection.sock = socket.socket(socket.AF_UNIX)
        try:
            connection.sock.connect(str(self.socket))
            connection.request("GET", "/health")
            return str(msgspec.json.decode(connection.getresponse().read())["status"])
        finally:
            connection.close()


def _variables(inference: Inference) -> dict[str, str]:
    return {
        f"{PREFIX}INFERENCE_{name.upper()}": str(value)
        for name, value in msgspec.structs.asdict(inference).items()
    }
