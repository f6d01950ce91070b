"""The phones that are connected now, and the words on their way to each.

A phone takes its frames one at a time. Where it takes them too slowly, the words of a turn are
joined while they wait, and after a while that stream is given up: the socket stays.
"""

import asyncio
from contextlib import suppress
from typing import Any, TypeAlias
from uuid import UUID

import structlog
from litestar import WebSocket
from litestar.exceptions import WebSocketDisconnect

from futureself_box.api import frames
from futureself_box.api.frames import BoxFrame, ChatDelta, ChatDone, ChatStatus, Notice, Poke
from futureself_box.errors import BoxError, DeviceRevoked, StreamLost
from futureself_box.futureself.turn import Status, Turn, Writing
from futureself_box.household.devices import Credential
from futureself_box.inference.client import Reading, Waiting

Socket: TypeAlias = WebSocket[Any, Any, Any]

_CLOSING_S = 1.0

log = structlog.get_logger()


class Phone:
    """One open socket of one device. A frame may take `slow_s` seconds to be taken."""

    def __init__(self, socket: Socket, who: Credential, *, slow_s: float = 20.0) -> None:
        self.who = who
        self._socket = socket
        self._slow_s = slow_s
        self._sending = asyncio.Lock()
        self._streams: dict[UUID, asyncio.Task[None]] = {}

    async def send(self, frame: BoxFrame) -> None:
        """Send one frame; a phone that is gone takes it silently."""
        async with self._sending:
            with suppress(WebSocketDisconnect):
                await self._socket.send_data(frames.encoder.encode(frame), mode="text")

    async def fail(
        self, error: BoxError, *, request: str | None = None, turn: UUID | None = None
    ) -> None:
        """Send an error frame."""
        await self.send(frames.error(error, request=request, turn=turn))

    def stream(self, turn: Turn, after: int = 0) -> None:
        """Send a turn's words from the given delta on, until it is over."""
        self._stop(turn.id)
        task = asyncio.create_task(self._stream(turn, after))
        self._streams[turn.id] = task
        task.add_done_callback(lambda done: self._forget(turn.id, done))

    def streams(self, turn: UUID) -> bool:
        """Whether a turn's words are on their way to this phone."""
        return turn in self._streams

    def hang_up(self) -> None:
        """Stop all streams; the turns go on."""
        for turn in list(self._streams):
            self._stop(turn)

    async def close(self, code: int, error: BoxError | None = None) -> None:
        """Say why, if there is a reason to, and close the socket."""
        self.hang_up()
        with suppress(TimeoutError, WebSocketDisconnect):
            async with asyncio.timeout(_CLOSING_S):
                if error is not None:
                    await self.fail(error)
                await self._socket.close(code)

    def _stop(self, turn: UUID) -> None:
        task = self._streams.pop(turn, None)
        if task is not None:
            task.cancel()

    def _forget(self, turn: UUID, task: asyncio.Task[None]) -> None:
        if self._streams.get(turn) is task:
            del self._streams[turn]

    async def _stream(self, turn: Turn, after: int) -> None:
        try:
            async with asyncio.timeout(None) as slow:
                await self._send_words(turn, after, slow)
        except TimeoutError:
            log.info("stream_lost", turn=str(turn.id), device=str(self.who.device))
            await self.fail(StreamLost(), turn=turn.id)

    async def _send_words(self, turn: Turn, after: int, slow: asyncio.Timeout) -> None:
        loop = asyncio.get_running_loop()
        sent, told = min(after, len(turn.deltas)), None
        while True:
            changed, over = turn.changes(), turn.over
            slow.reschedule(loop.time() + self._slow_s)
            if len(turn.deltas) > sent:
                last = len(turn.deltas)
                words = "".join(turn.deltas[sent:last])
                await self.send(ChatDelta(turn=turn.id, after=sent, sequence=last, text=words))
                sent = last
            elif turn.status is not None and turn.status is not told:
                told = turn.status
                await self.send(_status(turn.id, told))
            if over:
                return await self._send_end(turn)
            slow.reschedule(None)
            await changed.wait()

    async def _send_end(self, turn: Turn) -> None:
        if turn.outcome is None:
            await self.fail(turn.error or BoxError(), turn=turn.id)
            return
        about = turn.about
        await self.send(
            ChatDone(
                turn=turn.id,
                sequence=len(turn.deltas),
                outcome=turn.outcome,
                tokens=turn.tokens,
                mode=about.mode,
                why=about.why,
                drew_on=about.drew_on,
            )
        )


class Phones:
    """Every connected phone, one for each device."""

    def __init__(self) -> None:
        self._by_device: dict[UUID, Phone] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    async def connect(self, phone: Phone) -> None:
        """Let a phone in; an older socket of the same device is closed."""
        self._loop = asyncio.get_running_loop()
        older = self._by_device.get(phone.who.device)
        self._by_device[phone.who.device] = phone
        if older is not None:
            await older.close(frames.CLOSE_REPLACED)

    def disconnect(self, phone: Phone) -> None:
        """Forget a phone whose socket has closed."""
        phone.hang_up()
        if self._by_device.get(phone.who.device) is phone:
            del self._by_device[phone.who.device]

    def online(self) -> set[UUID]:
        """The devices that are connected."""
        return set(self._by_device)

    async def poke(self, member: UUID, poke: Poke, *, but: UUID | None = None) -> None:
        """Tell a member's phones that there is something new; `but` is the device that knows."""
        for phone in list(self._by_device.values()):
            if phone.who.member == member and phone.who.device != but:
                await phone.send(poke)

    def poke_soon(self, member: UUID, poke: Poke) -> None:
        """As `poke`, from any thread: what came over HTTP, its device's own socket doesn't know."""
        if self._loop is not None:
            asyncio.run_coroutine_threadsafe(self.poke(member, poke), self._loop)

    async def notify(self, member: UUID) -> None:
        """Tell a member's phones that something about the member has changed."""
        for phone in list(self._by_device.values()):
            if phone.who.member == member:
                await phone.send(Notice())

    async def revoke(self, device: UUID) -> None:
        """Cut a device off, at once."""
        phone = self._by_device.pop(device, None)
        if phone is not None:
            await phone.close(frames.CLOSE_REVOKED, DeviceRevoked())


def _status(turn: UUID, status: Status) -> ChatStatus:
    match status:
        case Waiting(place=place):
            return ChatStatus(turn=turn, state="waiting", place=place)
        case Reading(done=done, total=total):
            return ChatStatus(turn=turn, state="reading", done=done, total=total)
        case Writing():
            return ChatStatus(turn=turn, state="writing")
