"""`futureself-box chat`: a phone in the terminal, with the same protocol as every other.

Its token lies beside the settings, readable by its user only. A connection that breaks in the middle
of an answer is made again, and the answer goes on where it stopped.
"""

import hashlib
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import click
import httpx2
import msgspec
import uuid_utils.compat
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect

from futureself_box.api import frames
from futureself_box.api.entrance import Household, Join, SetUp, Waiting
from futureself_box.api.frames import (
    BoxFrame,
    ChatAccepted,
    ChatCancel,
    ChatDelta,
    ChatDone,
    ChatSend,
    Hello,
    Resume,
)
from futureself_box.api.problems import Problem
from futureself_box.errors import BoxError, BoxUnreachable, CodeSpent, TokenUnknown
from futureself_box.household import codes
from futureself_box.household.devices import Joined
from futureself_box.household.invitations import Asked, Claim
from futureself_box.settings import Settings
from futureself_box.store.files import private_folder, write_atomically

LOGIN_FILE = "terminal.json"
_TIMEOUT_S = 10.0
_PATIENCE_S = 60.0
_PAUSE_S = 0.5

_T = TypeVar("_T")


class Login(msgspec.Struct, frozen=True):
    """Where the terminal talks to, and as which device."""

    url: str
    token: str


class Figures(msgspec.Struct, frozen=True):
    """One answer, measured where the member reads it. The rate leaves the first token out."""

    text: str
    ttft_ms: float
    tokens: int
    tokens_per_s: float


def run(
    settings: Settings,
    *,
    once: str | None,
    as_json: bool,
    url: str | None,
    code: str | None,
    name: str | None,
) -> int:
    """Talk until the end of input; return the exit status. Raises a BoxError."""
    path = settings.config_path / LOGIN_FILE
    login = None if code else _read_login(path, url)
    if login is None:
        login = join(url or f"http://localhost:{settings.box.port}", code=code, name=name)
        private_folder(path.parent)
        write_atomically(path, msgspec.json.encode(login))
    with Talk(login) as talk:
        if once is not None:
            figures = talk.say(once, _print)
            click.echo()
            if as_json:
                click.echo(msgspec.json.encode(figures))
        else:
            _talk_on(talk)
    return 0


def join(url: str, *, code: str | None, name: str | None) -> Login:
    """Come in by a code; what is not given is asked for."""
    with httpx2.Client(base_url=url, timeout=_TIMEOUT_S) as http:
        set_up = _call(http, "GET", "/api/household", None, Household).set_up
        if code is None:
            code = click.prompt("Invitation code (Me, Add a device)" if set_up else "Set-up code")
        device = f"Terminal on {platform.node() or 'this machine'}"[:60]
        if set_up:
            joined = _ask(http, code, device)
        else:
            name = name or click.prompt("Your name")
            joined = _call(http, "POST", "/api/setup", SetUp(code, name, device), Joined)
    return Login(url=url, token=joined.token)


def _ask(http: httpx2.Client, code: str, device: str) -> Joined:
    nonce = codes.new_secret()
    commitment = codes.to_text(hashlib.sha256(nonce).digest())
    asked = _call(http, "POST", "/api/join", Join(code, device, commitment), Asked)
    waiting = Waiting(claim=asked.claim, nonce=codes.to_text(nonce))
    told = False
    while True:
        claim = _call(http, "POST", "/api/join/claim", waiting, Claim)
        if claim.joined is not None:
            return claim.joined
        if claim.state != "waiting":
            raise CodeSpent
        if not told:
            told = True
            click.echo(f"Ask {asked.inviter} to check this number: {claim.number}")
        time.sleep(_PAUSE_S)


class Talk:
    """One conversation over one socket, made again when it breaks."""

    def __init__(self, login: Login) -> None:
        self._login = login
        self._socket = _connect(login, ())

    def __enter__(self) -> "Talk":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def say(self, text: str, hear: Callable[[str], None]) -> Figures:
        """Send a message and pass the words of the answer to `hear` as they come.

        Ctrl-C cancels the answer; what has come of it counts. Raises a BoxError.
        """
        message = uuid_utils.compat.uuid7()
        send = ChatSend(id="say", message=message, revision=message, text=text)
        answer = _Answer(hear)
        started = time.monotonic()
        self._send(send)
        while True:
            try:
                if answer.take(_decode(self._socket.recv())):
                    return answer.figures(started)
            except ConnectionClosed:
                self._reconnect(answer)
                if answer.turn is None:
                    self._send(send)
            except KeyboardInterrupt:
                if answer.turn is None:
                    raise
                self._send(ChatCancel(id="stop", turn=answer.turn))

    def _reconnect(self, answer: "_Answer") -> None:
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            try:
                self._socket = _connect(self._login, answer.resume())
            except BoxUnreachable:
                if time.monotonic() > deadline:
                    raise
                time.sleep(_PAUSE_S)
            else:
                return

    def _send(self, frame: frames.PhoneFrame) -> None:
        self._socket.send(frames.encoder.encode(frame).decode())


class _Answer:
    """An answer as far as it has come."""

    def __init__(self, hear: Callable[[str], None]) -> None:
        self.turn: UUID | None = None
        self._hear = hear
        self._sequence = 0
        self._text = ""
        self._tokens = 0
        self._arrivals: list[float] = []

    def take(self, frame: BoxFrame) -> bool:
        """Note what the box says; whether that was the end."""
        match frame:
            case ChatAccepted():
                self.turn = frame.turn
            case ChatDelta(turn=self.turn) if frame.after == self._sequence:
                self._sequence = frame.sequence
                self._add(frame.text)
            case ChatDone(turn=self.turn):
                if frame.text is not None and not self._text:
                    self._add(frame.text)
                self._tokens = frame.tokens
                return True
            case frames.Error(code="stream_lost"):
                raise ConnectionClosed(None, None)
            case frames.Error():
                raise _problem(frame)
            case _:
                pass
        return False

    def resume(self) -> tuple[Resume, ...]:
        return () if self.turn is None else (Resume(self.turn, self._sequence),)

    def figures(self, started: float) -> Figures:
        first, last = (self._arrivals or [started])[0], (self._arrivals or [started])[-1]
        rate = (self._tokens - 1) / (last - first) if last > first else 0.0
        return Figures(
            text=self._text.strip(),
            ttft_ms=round((first - started) * 1000, 1),
            tokens=self._tokens,
            tokens_per_s=round(rate, 2),
        )

    def _add(self, text: str) -> None:
        self._arrivals.append(time.monotonic())
        self._text += text
        self._hear(text)


def _talk_on(talk: Talk) -> None:
    click.echo("Say something. Ctrl-C stops an answer, Ctrl-D leaves. Answers are imagined.")
    while True:
        try:
            text = click.prompt("you", prompt_suffix="> ").strip()
        except click.Abort:
            click.echo()
            return
        try:
            talk.say(text, _print)
        except TokenUnknown:
            raise
        except BoxError as error:
            click.echo(f"{error.message} {error.hint}", err=True)
        click.echo("\n")


def _print(text: str) -> None:
    click.echo(text, nl=False)


def _connect(login: Login, turns: tuple[Resume, ...]) -> ClientConnection:
    hello = Hello(token=login.token, schema=frames.SCHEMA, turns=turns)
    try:
        socket = connect(
            login.url.replace("http", "ws", 1) + "/ws", compression=None, open_timeout=_TIMEOUT_S
        )
        socket.send(frames.encoder.encode(hello).decode())
        first = _decode(socket.recv(timeout=_TIMEOUT_S))
    except (OSError, TimeoutError, InvalidHandshake, ConnectionClosed) as error:
        raise BoxUnreachable(f"The box doesn't answer at {login.url}.") from error
    if isinstance(first, frames.Error):
        socket.close()
        raise _problem(first)
    return socket


def _decode(raw: str | bytes) -> BoxFrame:
    frame: BoxFrame = msgspec.json.decode(raw, type=BoxFrame)
    return frame


def _read_login(path: Path, url: str | None) -> Login | None:
    try:
        login = msgspec.json.decode(path.read_bytes(), type=Login)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    return login if url in {None, login.url} else None


def _call(
    http: httpx2.Client, method: str, path: str, body: msgspec.Struct | None, answer: type[_T]
) -> _T:
    try:
        response = http.request(
            method,
            path,
            content=None if body is None else msgspec.json.encode(body),
            headers={"content-type": "application/json"},
        )
    except httpx2.TransportError as error:
        raise BoxUnreachable(f"The box doesn't answer at {http.base_url}.") from error
    if response.is_success:
        return msgspec.json.decode(response.content, type=answer)
    problem = msgspec.json.decode(response.content, type=Problem)
    raise BoxError(problem.detail, hint=problem.hint)


def _problem(frame: frames.Error) -> BoxError:
    kind = TokenUnknown if frame.code in {"token_unknown", "device_revoked"} else BoxError
    return kind(frame.message, hint=frame.hint)
