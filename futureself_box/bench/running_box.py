"""A real box to measure and to test: `futureself-box up` in a folder of its own.

Everything is as at home: real processes, real sockets, real models. Only the folders differ.
"""

import hashlib
import os
import shutil
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
import psutil
from websockets.asyncio.client import connect

from futureself_box import settings
from futureself_box.api import frames
from futureself_box.api.frames import BoxFrame, ChatSend, Hello, PhoneFrame, Resume
from futureself_box.futureself.care import watch
from futureself_box.household import codes
from futureself_box.household.devices import Joined

_T = TypeVar("_T")
_READY_S = 60.0
_STOP_S = 10.0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class BoxMisbehaved(AssertionError):
    """The box did not do what it promises."""


def eventually(look: Callable[[], _T | None], *, within_s: float = _READY_S) -> _T:
    """What `look` finds, once it finds something. Raises BoxMisbehaved if it doesn't in time."""
    deadline = time.monotonic() + within_s
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise BoxMisbehaved("It did not happen in time.")
        time.sleep(0.02)


class RunningBox:
    """The processes of one box, and ways to talk to it."""

    def __init__(self, folder: Path, models: Path | None, **variables: str) -> None:
        self.data, self.config, self.log_path = folder / "data", folder / "config", folder / "log"
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.environment = _environment(self.data, self.config, self.port) | variables
        self.prefix: tuple[str, ...] = ()
        self.data.mkdir(parents=True, exist_ok=True)
        if models is not None and not (self.data / "models").exists():
            (self.data / "models").symlink_to(models)
            fitted = models.parent / watch.FILE
            if fitted.exists():
                # As on a box that is not new: care has fitted its head to these models.
                shutil.copy(fitted, self.data)

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
                [*self.prefix, sys.executable, "-m", "futureself_box.cli", "up"],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def wait_until_ready(self) -> None:
        """Wait until /ready says so."""
        eventually(self.is_ready)

    def is_ready(self) -> bool:
        """Whether /ready says so now."""
        return self._answers("/ready")

    def wait_until_up(self) -> None:
        """Wait until the box answers at all, with or without a model."""
        eventually(lambda: self._answers("/api/household"))

    def stop(self) -> int:
        """Stop it politely and return its exit status."""
        self._supervisor.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        """Wait for its end and return its exit status."""
        return self._supervisor.wait(_STOP_S)

    def processes(self, *words: str) -> list[psutil.Process]:
        """The box's processes whose command line has these words."""
        return [
            process
            for process in psutil.Process(self._supervisor.pid).children(recursive=True)
            if set(words) <= set(_command_line(process))
        ]

    def kill(self, *words: str) -> None:
        """`kill -9` the one process whose command line has these words."""
        (process,) = self.processes(*words)
        process.kill()

    def memory_mib(self) -> float:
        """Resident memory of the box process."""
        (process,) = self.processes("box")
        return float(process.memory_info().rss) / 2**20

    def kill_supervisor(self) -> None:
        """`kill -9` the process that was started."""
        self._supervisor.kill()
        self._supervisor.wait()

    @property
    def setup_code(self) -> str:
        """The code that the box shows."""
        path = self.config / "setup-code"
        return eventually(lambda: path.read_text().strip() if path.exists() else None)

    @property
    def log(self) -> str:
        """All that it printed and logged."""
        return self.log_path.read_text()

    def set_up(self, name: str = "Ada") -> "Device":
        """Create the owner."""
        body = {"given": self.setup_code, "name": name, "device_name": "Test phone"}
        return Device(self, self.call("POST", "/api/setup", body))

    def ask(self, given: str) -> "Newcomer":
        """Come with an invitation's code or secret, and wait."""
        return Newcomer(self, given)

    def request(
        self, method: str, path: str, body: Any = None, token: str | None = None
    ) -> httpx2.Response:
        """One HTTP request."""
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        # No TLS on loopback; reading the authorities for it would cost more than most answers.
        with httpx2.Client(base_url=self.url, timeout=10, verify=False) as http:
            return http.request(method, path, json=body, headers=headers)

    def call(self, method: str, path: str, body: Any = None, token: str | None = None) -> Any:
        """One HTTP request that succeeds; its JSON."""
        response = self.request(method, path, body, token)
        if not response.is_success:
            raise BoxMisbehaved(f"{method} {path}: {response.status_code} {response.text}")
        return response.json() if response.content else None

    def _answers(self, path: str) -> bool:
        try:
            return self.request("GET", path).is_success
        except httpx2.TransportError:
            return False


class Newcomer:
    """A device that came with an invitation and waits to be confirmed."""

    def __init__(self, box: RunningBox, given: str, name: str = "Two") -> None:
        nonce = codes.new_secret()
        commitment = codes.to_text(hashlib.sha256(nonce).digest())
        body = {"given": given, "device_name": name, "commitment": commitment}
        asked = box.call("POST", "/api/join", body)
        self._box = box
        self._waiting = {"claim": asked["claim"], "nonce": codes.to_text(nonce)}
        self.number = self.claim()["number"]

    def claim(self) -> Any:
        """How its case stands."""
        return self._box.call("POST", "/api/join/claim", self._waiting)

    def come_in(self) -> "Device":
        """The device that it becomes, once it is confirmed."""
        claim = self.claim()
        if claim["state"] != "joined":
            raise BoxMisbehaved(f"It was not let in: {claim}.")
        return Device(self._box, claim["joined"])


class Device:
    """A device that has joined."""

    def __init__(self, box: RunningBox, joined: Any) -> None:
        self.box = box
        self.joined = msgspec.convert(joined, Joined)
        self.token = self.joined.token

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One HTTP request of this device."""
        return self.box.call(method, path, body, self.token)

    def invite(self, name: str | None = None) -> "Device":
        """Let another adult in or, without a name, another device of this member."""
        invitation = self.call("POST", "/api/invitations", {} if name is None else {"name": name})
        newcomer = self.box.ask(invitation["secret"])
        self.confirm(invitation["id"], newcomer.number)
        return newcomer.come_in()

    def confirm(self, invitation: str, number: str) -> None:
        """Say yes to the device that shows this number."""
        self.call("POST", f"/api/invitations/{invitation}/confirm", {"number": number})

    def phone(self, *turns: Resume) -> "Phone":
        """A socket of this device, not yet open, that resumes these turns."""
        return Phone(self.box, self.token, turns)

    def conversation(self) -> list[Any]:
        """Every message, oldest first."""
        messages: list[Any] = []
        page = {"messages": [], "more": True}
        while page["more"]:
            before = f"&before={messages[0]['clock']}" if messages else ""
            page = self.call("GET", f"/api/conversation?limit=200{before}")
            messages = [*page["messages"], *messages]
        return messages


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
        self.welcome = await self.receive_a(frames.Welcome)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.close()

    def cut(self) -> None:
        """Break the connection as a lost network does: nothing is said any more."""
        self.socket.transport.abort()

    async def send(self, frame: PhoneFrame) -> None:
        """Send one frame."""
        await self.socket.send(frames.encoder.encode(frame).decode())

    async def receive(self) -> BoxFrame:
        """The next frame."""
        frame: BoxFrame = msgspec.json.decode(await self.socket.recv(), type=BoxFrame)
        return frame

    async def receive_a(self, kind: type[_T]) -> _T:
        """The next frame of a kind. Raises BoxMisbehaved where an error comes instead."""
        while True:
            frame = await self.receive()
            if isinstance(frame, kind):
                return frame
            if isinstance(frame, frames.Error):
                raise BoxMisbehaved(str(frame))

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
                    if frame.after != after:
                        raise BoxMisbehaved(f"Delta {frame.after} came after {after}.")
                    after, text = frame.sequence, text + frame.text
                case frames.ChatDone() if turn in {None, frame.turn}:
                    return (frame.text if frame.text is not None else text), frame
                case frames.Error():
                    raise BoxMisbehaved(str(frame))
                case _:
                    pass


def connect_to(box: RunningBox) -> connect:
    """A bare socket, for those who don't say hello: to await, or for `async with`."""
    return connect(f"ws://localhost:{box.port}/ws", compression=None)


def new_message(text: str) -> ChatSend:
    """A message as a phone makes it."""
    return ChatSend(id=uuid4().hex, message=uuid4(), revision=uuid4(), text=text)


def inherited_environment() -> dict[str, str]:
    """This process's variables without the box's own."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(settings.PREFIX)
    }


def _environment(data: Path, config: Path, port: int) -> dict[str, str]:
    return inherited_environment() | {
        "FUTURESELF_DATA_FOLDER": str(data),
        "FUTURESELF_CONFIG_FOLDER": str(config),
        "FUTURESELF_BOX_PORT": str(port),
        "FUTURESELF_LAN_ENABLED": "false",
        "FUTURESELF_LOG_FORMAT": "json",
    }


def _command_line(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.NoSuchProcess:
        return []
