"""llama-cpp-python's own server: a stranger to the box, with the starter model."""

import os
import subprocess
import sys
from pathlib import Path

import httpx2

from futureself_box.bench.running_box import eventually, free_port

KEY = "a-key-for-strangers"


class LlamaServer:
    """`python -m llama_cpp.server` on a port of its own, asking for KEY."""

    def __init__(self, folder: Path, models: Path, *, context_tokens: int = 1024) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/v1"
        self.key_file = folder / "key"
        self.key_file.write_text(f"{KEY}\n")
        self._log = folder / "stranger.log"
        self._arguments = {
            "model": (models / "language").resolve(),
            "model_alias": "starter",
            "n_ctx": context_tokens,
            "n_threads": 1,
            "n_threads_batch": 1,
            "port": self.port,
            "api_key": KEY,
        }

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "llama_cpp.server"]
        for name, value in self._arguments.items():
            command += [f"--{name}", str(value)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, env=os.environ, stdout=log, stderr=log)
        eventually(self._answers)

    def kill(self) -> None:
        """`kill -9`, whether it runs or not."""
        self._process.kill()
        self._process.wait()

    @property
    def log(self) -> str:
        """All that it said."""
        return self._log.read_text(errors="replace")

    def _answers(self) -> bool:
        try:
            headers = {"authorization": f"Bearer {KEY}"}
            with httpx2.Client(headers=headers, trust_env=False) as http:
                return http.get(f"{self.url}/models").is_success
        except httpx2.TransportError:
            return False
