"""A phone as the load plays it: a socket that comes back, and what its member does.

What the box acknowledged goes into the ledger, and how long it took. A phone that hears nothing sends
again under the same id, as the app does.
"""

import asyncio
import hashlib
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import httpx2
import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from futureself_box.api import frames
from futureself_box.api.frames import (
    BoxFrame,
    ChatAccepted,
    ChatDelta,
    ChatDone,
    ChatSend,
    Hello,
    Poke,
    RecordChange,
    RecordsAck,
    RecordsChanges,
    RecordsPull,
    RecordsPush,
    Welcome,
)
from futureself_box.bench import photos
from futureself_box.bench.ledger import Ledger
from futureself_box.bench.records import made_up

_WRITE_EVERY_S, _PHOTO_EVERY_S, _CUT_EVERY_S = 5.0, 60.0, 120.0
_BETWEEN_QUESTIONS_S = 2.0
_AFTER_CUT_S = 0.5
_EDITS = 0.2  # the share of writes that change an entry of before
_PIECE_BYTES = 128 * 1024
_QUESTIONS = (
    "How was our day by the river?",
    "What do you still remember of this winter?",
    "Should I write that letter?",
    "What made you patient?",
)


class PlayedPhone:
    """One phone: a socket that comes back, and what its member does."""

    def __init__(
        self, member: UUID, token: str, url: str, http: httpx2.AsyncClient, ledger: Ledger
    ) -> None:
        self._member = member
        self._token = token
        self._url = url.replace("http", "ws", 1) + "/ws"
        self._http = http
        self._ledger = ledger
        self._socket: ClientConnection | None = None
        self._open = asyncio.Event()
        self._asked: dict[str, asyncio.Future[BoxFrame]] = {}
        self._answering: dict[UUID, asyncio.Future[ChatDone | frames.Error]] = {}
        self._first_words: dict[UUID, float] = {}
        self._poked = asyncio.Event()
        self._cursor = 0
        self._epoch: str | None = None
        self._written: list[RecordChange] = []

    async def live(self, ends: float, *, talks: bool) -> None:
        """Do everything until then; what is under way is brought to its end."""
        acts = [
            _repeat(self._write, _WRITE_EVERY_S, ends),
            _repeat(self._send_photo, _PHOTO_EVERY_S, ends),
            _repeat(self._cut, _CUT_EVERY_S, ends),
        ]
        if talks:
            acts.append(_repeat(self._talk, _BETWEEN_QUESTIONS_S, ends))
        async with asyncio.TaskGroup() as group:
            beside = [group.create_task(self._stay_connected()), group.create_task(self._sync())]
            await asyncio.gather(*acts)
            for task in beside:
                task.cancel()

    async def _stay_connected(self) -> None:
        hello = Hello(token=self._token, schema=frames.SCHEMA)
        while True:
            with suppress(WebSocketException, OSError):
                async with connect(self._url, compression=None, max_size=None) as socket:
                    await socket.send(frames.encoder.encode(hello).decode())
                    self._socket = socket
                    await self._listen(socket)
            self._open.clear()
            self._break_off(self._asked)
            self._break_off(self._answering)
            await asyncio.sleep(_AFTER_CUT_S)

    def _break_off(self, waiting: dict[Any, "asyncio.Future[Any]"]) -> None:
        for answer in waiting.values():
            if not answer.done():
                answer.set_exception(ConnectionResetError())
                answer.exception()  # seen, also where nobody waits
        waiting.clear()

    async def _listen(self, socket: ClientConnection) -> None:
        async for text in socket:
            frame = msgspec.json.decode(text, type=BoxFrame)
            match frame:
                case Welcome():
                    self._open.set()
                    self._poked.set()
                case Poke():
                    self._poked.set()
                case ChatDelta():
                    self._first_words.setdefault(frame.turn, time.monotonic())
                case ChatDone():
                    _settle(self._answering.get(frame.turn), frame)
                case frames.Error(turn=turn) if turn is not None:
                    _settle(self._answering.get(turn), frame)
                case frames.Error(id=request) | RecordsAck(id=request) | RecordsChanges(id=request):
                    _settle(self._asked.pop(request or "", None), frame)
                case ChatAccepted():
                    # Before anything else is read: its turn may end in the next frame.
                    self._answering[frame.turn] = asyncio.get_running_loop().create_future()
                    _settle(self._asked.pop(frame.id, None), frame)
                case _:
                    pass

    async def _ask(self, frame: Any) -> tuple[BoxFrame, int]:
        """The answer to a frame, which is sent again where the connection broke; and how often."""
        tries = 0
        while True:
            await self._open.wait()
            socket, tries = self._socket, tries + 1
            self._asked[frame.id] = answer = asyncio.get_running_loop().create_future()
            with suppress(WebSocketException, ConnectionResetError):
                if socket is not None:
                    await socket.send(frames.encoder.encode(frame).decode())
                    return await answer, tries

    async def _write(self) -> None:
        change = self._new_change()
        self._ledger.sent[self._member].append(change.rev_id)
        begun = time.monotonic()
        answer, tries = await self._ask(RecordsPush(id=uuid4().hex, changes=(change,)))
        if not isinstance(answer, RecordsAck) or answer.acks[0].problem is not None:
            self._fail("journal write", answer)
            return
        self._ledger.kept[self._member].append(change.rev_id)
        self._written.append(change)
        self._took("journal write", begun, tries)

    def _new_change(self) -> RecordChange:
        made = made_up(random.randrange(10_000)).change
        body = msgspec.Raw((made.body or "").encode())
        change = RecordChange(made.rev_id, made.record, "entry", "put", "0" * 16, body)
        if self._written and random.random() < _EDITS:
            last = self._written.pop(random.randrange(len(self._written)))
            return msgspec.structs.replace(change, record=last.record, parent=last.rev_id)
        return change

    async def _sync(self) -> None:
        while True:
            await self._poked.wait()
            self._poked.clear()
            begun, more, tries = time.monotonic(), True, 1
            while more:
                pull = RecordsPull(id=uuid4().hex, cursor=self._cursor, epoch=self._epoch)
                answer, tried = await self._ask(pull)
                if not isinstance(answer, RecordsChanges):
                    self._fail("sync", answer)
                    break
                tries = max(tries, tried)
                self._cursor, self._epoch, more = answer.cursor, answer.epoch, answer.more
            self._took("sync", begun, tries)

    async def _talk(self) -> None:
        text = random.choice(_QUESTIONS)
        sent = ChatSend(id=uuid4().hex, message=uuid4(), revision=uuid4(), text=text)
        self._ledger.sent[self._member].append(sent.revision)
        begun = time.monotonic()
        accepted, tries = await self._ask(sent)
        if not isinstance(accepted, ChatAccepted):
            self._fail("message", accepted)
            return
        self._ledger.kept[self._member].append(sent.revision)
        self._took("message", begun, tries)
        with suppress(ConnectionResetError):
            if accepted.turn in self._answering:
                self._hear_out(await self._answering[accepted.turn], begun)
        self._answering.pop(accepted.turn, None)

    def _hear_out(self, end: ChatDone | frames.Error, begun: float) -> None:
        if isinstance(end, frames.Error):
            self._fail("answer", end)
            return
        self._ledger.answers += 1
        self._ledger.tokens += end.tokens
        first = self._first_words.pop(end.turn, None)
        if first is not None:
            self._ledger.took("first words", begun, first)

    async def _send_photo(self) -> None:
        photo = photos.new()
        digest = hashlib.sha256(photo).hexdigest()
        about = {"sha256": digest, "size": len(photo), "type": photos.TYPE}
        token = {"authorization": f"Bearer {self._token}"}
        begun = time.monotonic()
        answer = await self._http.post("/api/attachments", json=about, headers=token)
        for start in range(0, len(photo), _PIECE_BYTES):
            if answer.is_success:
                answer = await self._http.patch(
                    f"/api/attachments/{digest}",
                    content=photo[start : start + _PIECE_BYTES],
                    headers=token | {"upload-offset": str(start)},
                )
        if not answer.is_success:
            self._ledger.fail(f"photo: {answer.status_code}")
            return
        self._ledger.photos[self._member].append(digest)
        self._took("photo", begun, 1)

    async def _cut(self) -> None:
        await self._open.wait()
        if self._socket is not None:
            self._socket.transport.abort()
            self._ledger.cuts += 1

    def _took(self, what: str, begun: float, tries: int) -> None:
        # What was sent again has waited for the network that was cut, not for the box.
        if tries == 1:
            self._ledger.took(what, begun, time.monotonic())

    def _fail(self, what: str, answer: BoxFrame) -> None:
        code = answer.code if isinstance(answer, frames.Error) else "refused"
        self._ledger.fail(f"{what}: {code}")


async def _repeat(act: Callable[[], Awaitable[None]], pause_s: float, ends: float) -> None:
    """Again and again at random moments, on average so far apart."""
    while (pause := random.expovariate(1 / pause_s)) < ends - time.monotonic():
        await asyncio.sleep(pause)
        await act()


def _settle(waiting: "asyncio.Future[Any] | None", frame: BoxFrame) -> None:
    if waiting is not None and not waiting.done():
        waiting.set_result(frame)
