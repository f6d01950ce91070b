"""Talking in the terminal: messages out, words in as they come.

A connection that breaks in the middle of an answer is made again, at another address if the box has
moved, and the answer goes on where it stopped.
"""

import time
from collections.abc import Callable
from uuid import UUID

import click
import msgspec
import uuid_utils.compat
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect

from futureself_box.api import frames
from futureself_box.api.frames import (
    BoxFrame,
    ChatAccepted,
    ChatCancel,
    ChatDelta,
    ChatDone,
    ChatSend,
    ChatStatus,
    Hello,
    Reminder,
    Resume,
    Welcome,
)
from futureself_box.errors import BoxError, BoxUnreachable, TokenUnknown
from futureself_box.settings import Settings
from futureself_box.terminal import login, reminders, whereabouts
from futureself_box.terminal.login import TIMEOUT_S, Login

_PATIENCE_S = 60.0
_PAUSE_S = 0.5


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
    known = None if code else login.load(settings, url)
    if known is None:
        known = login.join(url or whereabouts.look_for(settings), code=code, name=name)
        login.save(settings, known)
    with Talk(known, lambda moved: login.save(settings, moved)) as talk:
        if once is not None:
            figures = talk.say(once, _print)
            click.echo()
            if as_json:
                click.echo(msgspec.json.encode(figures))
        else:
            _talk_on(talk)
    return 0


class Talk:
    """One conversation over one socket, made again when it breaks."""

    def __init__(self, known: Login, moved: Callable[[Login], None]) -> None:
        self._login = known
        self._moved = moved
        self._socket = self._connect(())

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
                self._socket = self._connect(answer.resume())
            except BoxUnreachable:
                if time.monotonic() > deadline:
                    raise
                time.sleep(_PAUSE_S)
            else:
                return

    def _connect(self, turns: tuple[Resume, ...]) -> ClientConnection:
        here = msgspec.structs.replace(self._login, url=whereabouts.way_to(self._login))
        socket, welcome = _connect(here, turns)
        here = msgspec.structs.replace(here, addresses=welcome.addresses or here.addresses)
        if here != self._login:
            self._login = here
            self._moved(here)
        return socket

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
            case ChatStatus(turn=self.turn, state="writing"):
                self._arrivals.append(time.monotonic())
            case ChatDelta(turn=self.turn) if frame.after == self._sequence:
                self._sequence = frame.sequence
                self._add(frame.text)
            case ChatDone(turn=self.turn):
                if frame.text is not None and not self._text:
                    self._add(frame.text)
                self._tokens = frame.tokens
                return True
            case Reminder():
                _remind(frame)
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


def _remind(frame: Reminder) -> None:
    # Not on the answer's own channel, which a program may read.
    for sentence in reminders.told(frame):
        click.secho(sentence, err=True, dim=True)


def _print(text: str) -> None:
    click.echo(text, nl=False)


def _connect(known: Login, turns: tuple[Resume, ...]) -> tuple[ClientConnection, Welcome]:
    hello = Hello(token=known.token, schema=frames.SCHEMA, turns=turns)
    # It names its box: by now another one may have this address, and must not see the token.
    query = f"?box={known.box}" if known.box else ""
    url = f"{known.url.replace('http', 'ws', 1)}/ws{query}"
    try:
        socket = connect(url, ssl=known.context, compression=None, open_timeout=TIMEOUT_S)
        socket.send(frames.encoder.encode(hello).decode())
        first = _decode(socket.recv(timeout=TIMEOUT_S))
    except (OSError, TimeoutError, InvalidHandshake, ConnectionClosed) as error:
        raise BoxUnreachable(f"The box doesn't answer at {known.url}.") from error
    if isinstance(first, Welcome):
        return socket, first
    socket.close()
    if isinstance(first, frames.Error):
        raise _problem(first)
    raise BoxUnreachable(f"What answers at {known.url} is no box.")


def _decode(raw: str | bytes) -> BoxFrame:
    frame: BoxFrame = msgspec.json.decode(raw, type=BoxFrame)
    return frame


def _problem(frame: frames.Error) -> BoxError:
    kind = TokenUnknown if frame.code in {"token_unknown", "device_revoked"} else BoxError
    return kind(frame.message, hint=frame.hint)
