"""A phone that takes its words too slowly loses the stream, and keeps its socket."""

import asyncio
from uuid import uuid4

import msgspec
import pytest

from futureself_box.api import frames
from futureself_box.api.phones import Phone, Phones
from futureself_box.futureself.turn import Turn
from futureself_box.household.devices import Credential
from futureself_box.records import clock
from futureself_box.records.kinds import Message
from futureself_box.records.messages import Said
from futureself_box.store.vault import Vault


class SlowSocket:
    """Stands in for a network that takes nothing until it is let through."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.tried: asyncio.Queue[bytes] = asyncio.Queue()
        self.sent: asyncio.Queue[frames.BoxFrame] = asyncio.Queue()
        self.closed: int | None = None

    async def send_data(self, data: bytes, mode: str) -> None:
        assert mode == "text"
        self.tried.put_nowait(data)
        await self.open.wait()
        self.sent.put_nowait(msgspec.json.decode(data, type=frames.BoxFrame))

    async def close(self, code: int) -> None:
        self.closed = code


@pytest.fixture
def turn(vault: Vault) -> Turn:
    member = uuid4()
    vault.ensure_member(member)
    message = Message(role="member", text="Hello?")
    said = Said(uuid4(), uuid4(), clock.ZERO, message)
    return Turn(uuid4(), vault.member(member), said, "Ada", child=False)


def connected(socket: SlowSocket, slow_s: float = 20.0) -> Phone:
    who = Credential(member=uuid4(), name="Ada", role="owner", device=uuid4())
    return Phone(socket, who, slow_s=slow_s)  # type: ignore[arg-type]


async def test_words_that_wait_for_a_slow_phone_are_joined(turn: Turn) -> None:
    socket = SlowSocket()
    phone = connected(socket)
    for word in ("one ", "two ", "three"):
        turn.say(word)
    phone.stream(turn)
    socket.open.set()
    joined = frames.ChatDelta(turn.id, after=0, sequence=3, text="one two three")
    assert await socket.sent.get() == joined
    phone.hang_up()


async def test_a_stream_that_is_not_taken_is_given_up_and_can_be_resumed(turn: Turn) -> None:
    socket = SlowSocket()
    phone = connected(socket, slow_s=0.01)
    turn.say("one")
    phone.stream(turn)
    assert b"chat.delta" in await socket.tried.get()
    assert b"stream_lost" in await socket.tried.get()
    socket.open.set()
    lost = await socket.sent.get()
    assert isinstance(lost, frames.Error)
    assert (lost.code, lost.turn) == ("stream_lost", turn.id)
    phone.stream(turn)
    assert isinstance(await socket.sent.get(), frames.ChatDelta)
    phone.hang_up()


async def test_a_revoked_phone_that_takes_nothing_is_still_forgotten_at_once() -> None:
    socket, phones = SlowSocket(), Phones()
    phone = connected(socket)
    await phones.connect(phone)
    await phones.revoke(phone.who.device)
    assert phones.online() == set()
