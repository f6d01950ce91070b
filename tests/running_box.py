"""A real box for tests: `futureself-box up` in a folder of its own, with the starter model."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx2
import msgspec
import platformdirs
import psutil
from websockets.asyncio.client import ClientConnection, connect

from futureself_box.api import frames
from futureself_box.api.frames import BoxFrame, ChatSend, Hello, PhoneFrame, Resume
from futureself_box.household.joining import Joined

_T = TypeVar("_T")
READY_S = 60.0


def starter_models() -> Path:
    """The models folder with the starter set in it."""
    folder = Path(platformdirs.user_cache_dir("futureself-box")) / "test-data"
    environment = _environment(folder, folder / "config", free_port())
    subprocess.run(
        [sys.executable, "-m", "futureself_box.cli", "models", "pull", "starter"],
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return folder / "models"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(look: Callable[[], _T | None], *, within_s: float = READY_S) -> _T:
    """What `look` finds, once it finds something; an assertion if it doesn't in time."""
    deadline = time.monotonic() + within_s
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


class RunningBox:
    """The processes of one box, and ways to talk to it."""

    def __init__(self, folder: Path, models: Path | None, **settings: str) -> None:
        self.data, self.config, self.log_path = folder / "data", folder / "config", folder / "log"
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.environment = _environment(self.data, self.config, self.port) | settings
        self._supervisor: subprocess.Popen[bytes] | None = None
        self.data.mkdir(parents=True, exist_ok=True)
        if models is not None and not (self.data / "models").exists():
            (self.data / "models").symlink_to(models)

    def __enter__(self) -> "RunningBox":
        self.start()
        self.wait_until_ready()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start `futureself-box up`."""
        with self.log_path.open("ab") as log:
            self._supervisor = subprocess.Popen(
                [sys.executable, "-m", "futureself_box.cli", "up"],
                env=self.environment,
                stdout=log,
                stderr=log,
            )

    def wait_until_ready(self) -> None:
        """Wait until /ready says so."""
        eventually(lambda: self._answers("/ready"))

    def wait_until_up(self) -> None:
        """Wait until the box answers at all, with or without a model."""
        eventually(lambda: self._answers("/api/household"))

    def stop(self) -> int:
        """Stop it politely and return its exit status."""
        assert self._supervisor is not None
        self._supervisor.send_signal(signal.SIGTERM)
        return self._supervisor.wait(timeout=10)

    def wait(self, timeout_s: float = 15.0) -> int:
        """Wait for its end and return its exit status."""
        assert self._supervisor is not None
        return self._supervisor.wait(timeout_s)

    def processes(self, *words: str) -> list[psutil.Process]:
        """The box's processes whose command line has these words."""
        assert self._supervisor is not None
        return [
            process
            for process in psutil.Process(self._supervisor.pid).children(recursive=True)
            if set(words) <= set(_command_line(process))
        ]

    def kill(self, *words: str) -> None:
        """`kill -9` the one process whose command line has these words."""
        (process,) = self.processes(*words)
        process.kill()

    @property
    def setup_code(self) -> str:
        """The code that the box shows."""
        path = self.config / "setup-code"
        return eventually(lambda: path.read_text().strip() if path.exists() else None)

    @property
    def log(self) -> str:
        """All that it printed and logged."""
        return self.log_path.read_text()

    def set_up(self, name: str = "Ada") -> "Household":
        """Create the owner."""
        body = {"code": self.setup_code, "name": name, "device_name": "Test phone"}
        return Household(self, self.call("POST", "/api/setup", body))

    def join(self, code: str) -> "Household":
        """Join by an invitation."""
        return Household(self, self.call("POST", "/api/join", {"code": code, "device_name": "Two"}))

    def request(
        self, method: str, path: str, body: Any = None, token: str | None = None
    ) -> httpx2.Response:
        """One HTTP request."""
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        with httpx2.Client(base_url=self.url, timeout=10) as http:
            return http.request(method, path, json=body, headers=headers)

    def call(self, method: str, path: str, body: Any = None, token: str | None = None) -> Any:
        """One HTTP request that succeeds; its JSON."""
        response = self.request(method, path, body, token)
        assert response.is_success, response.text
        return response.json() if response.content else None

    def _answers(self, path: str) -> bool:
        try:
            return self.request("GET", path).is_success
        except httpx2.TransportError:
            return False


class Household:
    """A device that has joined."""

    def __init__(self, box: RunningBox, joined: Any) -> None:
        self.box = box
        self.joined = msgspec.convert(joined, Joined)
        self.token = self.joined.token

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One HTTP request of this device."""
        return self.box.call(method, path, body, self.token)

    def phone(self) -> "Phone":
        """A socket of this device, not yet open."""
        return Phone(self.box, self.token)


class Phone:
    """A phone's socket: `async with device.phone() as phone`."""

    def __init__(self, box: RunningBox, token: str, turns: tuple[Resume, ...] = ()) -> None:
        self._box = box
        self._token = token
        self._turns = turns
        self.welcome: frames.Welcome

    async def __aenter__(self) -> "Phone":
        self.socket = await connect_to(self._box)
        await self.send(Hello(token=self._token, schema=frames.SCHEMA, turns=self._turns))
        welcome = await self.receive()
        assert isinstance(welcome, frames.Welcome), welcome
        self.welcome = welcome
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.close()

    async def send(self, frame: PhoneFrame) -> None:
        """Send one frame."""
        await self.socket.send(frames.encoder.encode(frame).decode())

    async def receive(self) -> BoxFrame:
        """The next frame."""
        frame: BoxFrame = msgspec.json.decode(await self.socket.recv(), type=BoxFrame)
        return frame

    async def receive_a(self, kind: type[_T]) -> _T:
        """The next frame of a kind; an error frame instead is a failure."""
        while True:
            frame = await self.receive()
            if isinstance(frame, kind):
                return frame
            assert not isinstance(frame, frames.Error), frame

    async def say(self, text: str) -> ChatSend:
        """Send a new message."""
        send = new_message(text)
        await self.send(send)
        return send

    async def read(self, turn: UUID | None = None, after: int = 0) -> tuple[str, frames.ChatDone]:
        """The words of an answer to its end, held to the rule of the deltas."""
        text = ""
        while True:
            frame = await self.receive()
            match frame:
                case frames.ChatDelta() if turn in {None, frame.turn}:
                    assert frame.after == after, "a gap or a repetition"
                    after, text = frame.sequence, text + frame.text
                case frames.ChatDone() if turn in {None, frame.turn}:
                    return (frame.text if frame.text is not None else text), frame
                case frames.Error():
                    raise AssertionError(frame)


async def connect_to(box: RunningBox) -> ClientConnection:
    """A bare socket, for those who don't say hello."""
    return await connect(f"ws://localhost:{box.port}/ws", compression=None)


def new_message(text: str) -> ChatSend:
    """A message as a phone makes it."""
    return ChatSend(id=uuid4().hex, message=uuid4(), revision=uuid4(), text=text)


def _environment(data: Path, config: Path, port: int) -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("FUTURESELF_")}
    return inherited | {
        "FUTURESELF_DATA_FOLDER": str(data),
        "FUTURESELF_CONFIG_FOLDER": str(config),
        "FUTURESELF_BOX_PORT": str(port),
        "FUTURESELF_LOG_FORMAT": "json",
    }


def _command_line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []
