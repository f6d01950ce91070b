"""The WebSocket of a phone: frames in, one function of a domain package each, frames out.

A bad frame is answered by an error and the socket stays open. What closes a socket are the codes in
frames.py, besides 1001, 1009 and 1012.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, assert_never, cast
from uuid import UUID

import msgspec
import structlog
from litestar import WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect
from litestar.types import WebSocketReceiveEvent

from futureself_box.api import frames, sync, wall_clock
from futureself_box.api.attendance import Attendance
from futureself_box.api.frames import (
    ChatAccepted,
    ChatAgain,
    ChatCancel,
    ChatDone,
    ChatResume,
    ChatSend,
    Hello,
    LiveTurn,
    PhoneFrame,
    Ping,
    Poke,
    Pong,
    RecordsPull,
    RecordsPush,
    Welcome,
)
from futureself_box.api.parts import Parts
from futureself_box.api.phones import Phone, Socket
from futureself_box.errors import (
    BoxError,
    FrameInvalid,
    FrameOutOfOrder,
    SchemaTooOld,
    TokenUnknown,
    TurnInterrupted,
)
from futureself_box.futureself.turn import Turn
from futureself_box.household import devices
from futureself_box.household.devices import Credential
from futureself_box.records import clock as clocks
from futureself_box.records import messages
from futureself_box.records.messages import Said
from futureself_box.store.vault import MemberStore
from futureself_box.sync import replicas

# On their way to the disk, of one phone; it may send more, and is read again when one is kept.
_MOST_PUSHES = 16

log = structlog.get_logger()


@websocket("/ws")
async def phone_socket(socket: WebSocket[Any, Any, Any], parts: Parts) -> None:
    """One phone, from its hello to the end of its socket."""
    if socket.query_params.get("box", parts.box_id) != parts.box_id:
        # An address that was this phone's box may by now be another's, which must not see its token.
        await socket.close(frames.CLOSE_OTHER_BOX)
        return
    await socket.accept()
    try:
        hello = await _receive_hello(socket)
        who = await _authenticate(parts, hello)
        store = await asyncio.to_thread(parts.vault.member, who.member)
    except WebSocketDisconnect:
        return
    except TimeoutError:
        await socket.close(frames.CLOSE_NO_HELLO)
    except BoxError as error:
        await _send_error(socket, error)
        await socket.close(_close_code(error))
    else:
        await _Conversation(socket, parts, Phone(socket, who), store).run(hello)


class _Conversation:
    """What one phone and the box say to each other."""

    def __init__(self, socket: Socket, parts: Parts, phone: Phone, store: MemberStore) -> None:
        self._socket = socket
        self._parts = parts
        self._phone = phone
        self._store = store
        self._attendance = Attendance(parts, phone, store)
        self._pushing: set[asyncio.Task[None]] = set()

    async def run(self, hello: Hello) -> None:
        await self._parts.phones.connect(self._phone)
        try:
            await self._welcome()
            for turn in hello.turns:
                await self._resume(turn.turn, turn.after)
            while True:
                await self._answer(await _receive(self._socket))
        except WebSocketDisconnect:
            pass
        finally:
            self._parts.phones.disconnect(self._phone)
            if self._pushing:
                await asyncio.wait(self._pushing)

    async def _answer(self, raw: str | bytes) -> None:
        try:
            frame = _decode(raw)
        except BoxError as error:
            return await self._phone.fail(error, request=_request_id(raw))
        request = getattr(frame, "id", None)
        return await self._told(self._handle(frame), request)

    async def _told(self, doing: Coroutine[None, None, None], request: str | None) -> None:
        """Do something for a frame; what goes wrong is said to the phone."""
        try:
            await doing
        except BoxError as error:
            await self._phone.fail(error, request=request)
        except WebSocketDisconnect:
            raise
        except Exception:
            # The edge of a frame: one that breaks something must not take the socket along.
            log.exception("frame_broke", device=str(self._phone.who.device))
            await self._phone.fail(BoxError(), request=request)

    async def _push_soon(self, frame: RecordsPush) -> None:
        # Not waited for, so that the next ones can share its commit.
        if len(self._pushing) >= _MOST_PUSHES:
            await asyncio.wait(self._pushing, return_when=asyncio.FIRST_COMPLETED)
        task = asyncio.create_task(self._told(self._push(frame), frame.id))
        self._pushing.add(task)
        task.add_done_callback(self._pushing.discard)

    async def _handle(self, frame: PhoneFrame) -> None:
        match frame:
            case ChatSend():
                await self._send(frame)
            case ChatAgain():
                await self._again(frame)
            case ChatCancel():
                self._cancel(frame)
            case ChatResume():
                await self._resume(frame.turn, frame.after)
            case RecordsPush():
                await self._push_soon(frame)
            case RecordsPull():
                await self._phone.send(await asyncio.to_thread(sync.pull, self._store, frame))
            case Ping():
                await self._phone.send(Pong(id=frame.id))
            case Hello():
                raise FrameOutOfOrder
            case _:
                assert_never(frame)

    async def _welcome(self) -> None:
        who = self._phone.who
        place = await asyncio.to_thread(replicas.find_place, self._store)
        turns = self._parts.turns.running(who.member)
        await self._phone.send(
            Welcome(
                schema=frames.SCHEMA,
                member=who.member,
                name=who.name,
                role=who.role,
                device=who.device,
                head=place.head,
                epoch=place.epoch,
                turns=tuple(_live(turn) for turn in turns),
                box=self._parts.box_id,
                addresses=self._parts.origins,
            )
        )
        await self._attendance.begin()

    async def _send(self, frame: ChatSend) -> None:
        wall_clock.check()
        who, turns = self._phone.who, self._parts.turns
        turns.check_room(who.member, frame.message)
        said, answer = await asyncio.to_thread(
            messages.say,
            self._store,
            frame.message,
            frame.revision,
            frame.text,
            device=who.device,
            now_ms=wall_clock.now_ms(),
            clock=None if frame.clock is None else clocks.from_text(frame.clock),
            thread=frame.thread,
        )
        if answer is not None:
            answered = LiveTurn(answer.revision, said.id, _other(answer.id, answer.revision))
            await self._accept(frame.id, said, answered)
            await self._phone.send(_done(answer))
            return await self._poke()
        held = await self._attendance.talk()
        turn = turns.answer(
            self._store, who.name, said, child=held.child, quiet_until=held.quiet_until
        )
        return await self._stream(frame.id, turn)

    async def _again(self, frame: ChatAgain) -> None:
        wall_clock.check()
        who, turns = self._phone.who, self._parts.turns
        done = await asyncio.to_thread(messages.written, self._store, frame.turn)
        if done is not None:
            return await self._phone.send(_done(done))
        reply, said = await asyncio.to_thread(messages.last_exchange, self._store, frame.reply)
        turns.check_room(who.member, said.id)
        held = await self._attendance.talk()
        again = Turn(
            frame.turn,
            self._store,
            said,
            who.name,
            child=held.child,
            quiet_until=held.quiet_until,
            reply=reply.id,
            begun=reply.message.text if frame.goes_on else "",
        )
        return await self._stream(frame.id, turns.answer_again(again))

    async def _stream(self, request: str, turn: Turn) -> None:
        """Say that a turn is accepted, send its words, and tell the member's other phones."""
        live = _live(turn)
        await self._accept(request, turn.said, live)
        if not self._phone.streams(turn.id):
            self._phone.stream(turn)
        await self._poke(live)

    async def _accept(self, request: str, said: Said, live: LiveTurn) -> None:
        await self._phone.send(
            ChatAccepted(
                id=request,
                message=said.id,
                revision=said.revision,
                turn=live.turn,
                clock=clocks.to_text(said.clock),
                reply=live.reply,
            )
        )

    async def _poke(self, *live: LiveTurn) -> None:
        who = self._phone.who
        place = await asyncio.to_thread(replicas.find_place, self._store)
        await self._parts.phones.poke(who.member, Poke(place.head, turns=live), but=who.device)

    async def _push(self, frame: RecordsPush) -> None:
        who = self._phone.who
        ack = await sync.push(self._parts.pushes, self._store, who.device, frame)
        await self._phone.send(ack)
        await self._parts.phones.poke(who.member, Poke(head=ack.head), but=who.device)
        await self._attendance.write()

    def _cancel(self, frame: ChatCancel) -> None:
        self._parts.turns.cancel(self._find(frame.turn))

    async def _resume(self, turn: UUID, after: int) -> None:
        running = self._parts.turns.find(self._phone.who.member, turn)
        if running is not None:
            return self._phone.stream(running, after)
        reply = await asyncio.to_thread(messages.written, self._store, turn)
        if reply is None or reply.message.role != "future_self":
            return await self._phone.fail(TurnInterrupted(), turn=turn)
        return await self._phone.send(_done(reply))

    def _find(self, turn: UUID) -> Turn:
        found = self._parts.turns.find(self._phone.who.member, turn)
        if found is None:
            raise TurnInterrupted
        return found


async def _receive_hello(socket: Socket) -> Hello:
    async with asyncio.timeout(frames.HELLO_TIMEOUT_S):
        while True:
            raw = await _receive(socket)
            try:
                frame = _decode(raw)
                if isinstance(frame, Hello):
                    return frame
                raise FrameOutOfOrder
            except BoxError as error:
                await _send_error(socket, error, _request_id(raw))


async def _authenticate(parts: Parts, hello: Hello) -> Credential:
    if hello.schema < frames.OLDEST_SCHEMA:
        raise SchemaTooOld
    token = devices.read_token(hello.token)
    return await asyncio.to_thread(
        devices.authenticate, parts.vault.household, token, wall_clock.now()
    )


async def _receive(socket: Socket) -> str | bytes:
    event = await socket.receive()
    if event["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(detail="", code=event.get("code") or 1005)
    received = cast("WebSocketReceiveEvent", event)
    return received.get("text") or received.get("bytes") or b""


async def _send_error(socket: Socket, error: BoxError, request: str | None = None) -> None:
    frame = frames.error(error, request=request)
    await socket.send_data(frames.encoder.encode(frame), mode="text")


def _decode(raw: str | bytes) -> PhoneFrame:
    if isinstance(raw, bytes):
        raise FrameInvalid("The box takes text frames only.")
    try:
        frame: PhoneFrame = frames.decoder.decode(raw)
    except msgspec.DecodeError as error:
        # The decoder's sentence names fields and types, never values.
        raise FrameInvalid(f"The box didn't understand that frame: {error}.") from error
    except RecursionError as error:
        raise FrameInvalid("The box didn't understand that frame: nested too deep.") from error
    return frame


class _Envelope(msgspec.Struct, frozen=True):
    id: frames.RequestId | None = None


def _request_id(raw: str | bytes) -> str | None:
    try:
        return msgspec.json.decode(raw, type=_Envelope).id
    except (msgspec.DecodeError, RecursionError):
        return None


def _close_code(error: BoxError) -> int:
    match error:
        case TokenUnknown():
            return frames.CLOSE_UNKNOWN_DEVICE
        case SchemaTooOld():
            return frames.CLOSE_SCHEMA_TOO_OLD
        case _:
            # "Service restart" (RFC 6455 registry): the phone tries again by itself.
            return 1012


def _done(reply: Said) -> ChatDone:
    return ChatDone(
        turn=reply.revision,
        sequence=0,
        outcome=reply.message.outcome,
        tokens=reply.message.tokens,
        text=reply.message.text,
        mode=reply.message.mode,
        why=reply.message.why,
        drew_on=reply.message.drew_on,
    )


def _live(turn: Turn) -> LiveTurn:
    return LiveTurn(turn.id, turn.said.id, _other(turn.reply, turn.id))


def _other(reply: UUID, turn: UUID) -> UUID | None:
    """The record of a reply where its id is not the turn's."""
    return None if reply == turn else reply
