"""Real inference processes to ask, over a models folder of their own."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

from futureself_box.bench.running_box import eventually
from futureself_box.inference.client import Event, Finished, InferenceClient, Words
from futureself_box.inference.template import Message

STORY = "Tell me a very long story about the sea, a boat and an old friend. Do not stop."


class Inference:
    """`futureself-box inference` in a data folder of its own."""

    def __init__(self, data: Path, models: Path | None, **variables: str) -> None:
        self.data = data
        self.models = data / "models"
        self.socket = data / "run" / "inference.sock"
        self.log = data / "log"
        self._command = [sys.executable, "-m", "futureself_box.cli", "inference"]
        self._environment = {
            **os.environ,
            "FUTURESELF_DATA_FOLDER": str(data),
            "FUTURESELF_CONFIG_FOLDER": str(data / "config"),
            "FUTURESELF_LOG_FORMAT": "json",
            # Two threads wait for each other at every step: on a busy machine that is an age.
            "FUTURESELF_INFERENCE_THREADS": "1",
            **variables,
        }
        self.models.mkdir(parents=True)
        for role in ("language", "embeddings") if models else ():
            self.use(role, (models or data) / role)

    def use(self, role: str, weights: Path) -> None:
        """Put other weights in use, in one step."""
        link = self.models / f".{role}"
        link.symlink_to(weights.resolve())
        link.replace(self.models / role)

    def start(self) -> None:
        """Start it and wait until it answers, with a model or without."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        eventually(self._answers)

    def wait_for(self, status: str) -> dict[str, Any]:
        """Wait until its health is this; all of it."""
        return eventually(lambda: (h := self.get("/health")) and h["status"] == status and h)

    def get(self, path: str) -> dict[str, Any]:
        """A JSON answer."""
        answer: dict[str, Any] = self.request("GET", path).json()
        return answer

    def request(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """One whole HTTP exchange."""
        transport = httpx2.HTTPTransport(uds=str(self.socket), verify=False)
        with httpx2.Client(transport=transport, base_url="http://box", timeout=30) as http:
            return http.request(method, path, **options)

    def chat(self, *messages: tuple[str, str], **options: Any) -> httpx2.Response:
        """Ask for a whole answer; what is greedy can be compared."""
        said = [{"role": role, "content": content} for role, content in messages]
        body = {"messages": said, "temperature": 0, "max_tokens": 24, **options}
        return self.request("POST", "/v1/chat/completions", json=body)

    def child(self, kind: str) -> psutil.Process | None:
        """The process of the language or embedding model."""
        for process in psutil.Process(self._process.pid).children():
            if f"futureself_box.inference.{kind}" in process.cmdline():
                return process
        return None

    def events(self, name: str) -> list[dict[str, Any]]:
        """What it logged under a name."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line[:1] == "{"]
        return [line for line in lines if line["event"] == name]

    def kill(self) -> None:
        """`kill -9`."""
        self._process.kill()
        self._process.wait()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it by a signal; its exit status."""
        for process in [psutil.Process(self._process.pid), *self._interrupted(number)]:
            process.send_signal(number)
        return self._process.wait(10)

    def run_again(self) -> subprocess.CompletedProcess[str]:
        """Run a second one on the same folder, which should end by itself."""
        return subprocess.run(
            self._command, env=self._environment, capture_output=True, text=True, check=False
        )

    def _interrupted(self, number: signal.Signals) -> list[psutil.Process]:
        """The children too, where a terminal sends the signal to all."""
        children: list[psutil.Process] = psutil.Process(self._process.pid).children()
        return children if number == signal.SIGINT else []

    def _answers(self) -> bool:
        # httpcore leaves its socket open when nobody listens, so it only asks when somebody does.
        with socket.socket(socket.AF_UNIX) as probe:
            listening = probe.connect_ex(str(self.socket)) == 0
        return listening and self.request("GET", "/health").is_success


@pytest.fixture(scope="session")
def inference(
    models: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Inference]:  # fmt: skip
    """One inference process with the starter models, for all tests that leave it whole."""
    running = Inference(tmp_path_factory.mktemp("inference") / "data", models)
    running.start()
    running.wait_for("ready")
    yield running
    assert running.stop() == 0


@pytest.fixture
def make_inference(tmp_path: Path) -> Iterator[Callable[..., Inference]]:
    """Makes an inference process that a test may break; not started."""
    made: list[Inference] = []

    def make(models: Path | None, **variables: str) -> Inference:
        made.append(Inference(tmp_path / f"data{len(made)}", models, **variables))
        return made[-1]

    yield make
    for one in made:
        if hasattr(one, "_process"):
            one.kill()


@pytest.fixture
async def client(inference: Inference) -> AsyncIterator[InferenceClient]:
    """A client of the shared inference process."""
    one = await asyncio.to_thread(InferenceClient, inference.socket)
    yield one
    await one.aclose()


def says(*words: str) -> list[Message]:
    """A conversation in which user and assistant take turns."""
    return [Message("assistant" if i % 2 else "user", said) for i, said in enumerate(words)]


async def read(client: InferenceClient, words: list[Message], **options: Any) -> list[Event]:
    """All events of an answer; greedy unless told otherwise."""
    asked = {"max_tokens": 24, "temperature": 0.0, **options}
    async with aclosing(client.chat(words, **asked)) as events:
        return [event async for event in events]


def text_of(events: list[Event]) -> str:
    """The words of an answer."""
    return "".join(event.text for event in events if isinstance(event, Words))


def end_of(events: list[Event]) -> Finished:
    """The last event of an answer."""
    last = events[-1]
    assert isinstance(last, Finished)
    return last
