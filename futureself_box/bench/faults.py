"""What the box promises when something breaks, each promise tried a number of times.

A broken promise raises BoxMisbehaved; what is kept is returned as figures.
"""

import asyncio
import random
import time
from pathlib import Path
from uuid import UUID

import msgspec
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, WebSocketException

from futureself_box.api import frames
from futureself_box.api.frames import (
    BoxFrame,
    ChatAccepted,
    ChatDelta,
    ChatStatus,
    Ping,
    Pong,
    Resume,
)
from futureself_box.bench.running_box import (
    BoxMisbehaved,
    Device,
    Phone,
    RunningBox,
    connect_to,
    eventually,
    new_message,
)
from futureself_box.store import schema
from futureself_box.store.migrations import migrate
from futureself_box.store.vault import Vault

_QUESTION = "Tell me in many sentences what an ordinary day of yours is like."


class Kept(msgspec.Struct, frozen=True):
    """How often a promise was tried, and the worst time it took, in seconds."""

    times: int
    worst_s: float


async def say(device: Device, text: str) -> None:
    """Say something and read the whole answer."""
    async with device.phone() as phone:
        await phone.say(text)
        await phone.read()


async def start_talking(phone: Phone) -> frames.ChatSend:
    """Say something that takes a long answer, and see it accepted."""
    sent = await phone.say(_QUESTION)
    await phone.receive_a(ChatAccepted)
    return sent


async def network_cuts(device: Device, times: int) -> Kept:
    """Cut the network in the middle of an answer; the whole of it is there on coming back.

    Half of the times the phone comes back at once, half when the answer is complete; the time is
    that of the second half, from coming back to the last word.
    """
    worst = 0.0
    for _ in range(times):
        turn, after, words = await _read_a_part(device)
        stays_away = random.random() < 0.5
        if stays_away:
            await asyncio.to_thread(_wait_for_reply, device, turn)
        back = time.monotonic()
        async with device.phone(Resume(turn, after)) as phone:
            rest, done = await phone.read(turn, after)
        whole = rest if done.text is not None else words + rest
        reply = _reply(device, turn)
        if whole.strip() != reply:
            raise BoxMisbehaved("Words were lost or doubled over a cut.")
        if stays_away:
            worst = max(worst, time.monotonic() - back)
    return Kept(times=times, worst_s=round(worst, 3))


async def kills_of_inference(box: RunningBox, devices: list[Device], times: int) -> Kept:
    """`kill -9` the decoding child and the inference process in turn, in the middle of answers.

    Every phone gets an error frame, every socket stays open, and a retry works. The time is until the
    last phone has its frame.
    """
    worst = 0.0
    for number in range(times):
        phones = [await device.phone().__aenter__() for device in devices]
        try:
            sent = [await start_talking(phone) for phone in phones]
            await _is_written_to(phones[0])
            words = ("futureself_box.inference.language",) if number % 2 else ("inference",)
            await asyncio.to_thread(box.kill, *words)
            killed = time.monotonic()
            await asyncio.gather(*(_wait_for_error(phone) for phone in phones))
            worst = max(worst, time.monotonic() - killed)
            await asyncio.to_thread(box.wait_until_ready)
            for phone, message in zip(phones, sent, strict=True):
                await _is_open(phone)
                await phone.send(message)
            await asyncio.gather(*(phone.read() for phone in phones))
        finally:
            await asyncio.gather(*(phone.__aexit__() for phone in phones))
    return Kept(times=times, worst_s=round(worst, 3))


async def _is_written_to(phone: Phone) -> None:
    # Words are shown by the sentence, and with the first one the answer may be over.
    while (await phone.receive_a(ChatStatus)).state != "writing":
        pass


async def kills_of_box(box: RunningBox, devices: list[Device], times: int) -> Kept:
    """`kill -9` the box at random moments under load; every acknowledged message is there."""
    acknowledged: dict[Device, set[UUID]] = {device: set() for device in devices}
    worst = 0.0
    for _ in range(times):
        writers = [
            asyncio.create_task(_write_until_cut(device, acknowledged[device]))
            for device in devices
        ]
        await asyncio.sleep(random.uniform(0.05, 0.5))
        await asyncio.to_thread(box.kill, "box")
        killed = time.monotonic()
        await asyncio.gather(*writers)
        await asyncio.to_thread(box.wait_until_up)
        worst = max(worst, time.monotonic() - killed)
    for device, messages in acknowledged.items():
        there = {UUID(message["id"]) for message in device.conversation()}
        if not messages <= there:
            raise BoxMisbehaved(f"{len(messages - there)} acknowledged messages are gone.")
    return Kept(times=times, worst_s=round(worst, 3))


def check_databases(box: RunningBox) -> int:
    """Read every page of every database of a stopped box; how many there are."""
    vault = Vault(box.data, box.config)
    try:
        members = [UUID(path.stem) for path in (box.data / "members").glob("*.keys")]
        stores = [vault.household, *(vault.member(member) for member in members)]
        for store in stores:
            migrate(store, schema.household if store is vault.household else schema.member)
            with store.maintain() as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                bad = connection.execute("PRAGMA cipher_integrity_check").fetchall()
                found = connection.execute("PRAGMA integrity_check").fetchall()
            if bad or [tuple(row) for row in found] != [("ok",)]:
                raise BoxMisbehaved(f"{store.path.name} is damaged.")
    finally:
        vault.close()
    return len(stores)


async def revocations(owner: Device, times: int) -> Kept:
    """Remove a device in the middle of an answer; its socket ends and its wrap is gone.

    The time is from asking to the end of the socket.
    """
    worst = 0.0
    for _ in range(times):
        lost = await asyncio.to_thread(owner.invite)
        async with lost.phone() as phone:
            await start_talking(phone)
            await phone.receive_a(ChatDelta)
            asked = time.monotonic()
            path = f"/api/devices/{lost.joined.device}"
            removing = asyncio.create_task(asyncio.to_thread(owner.call, "DELETE", path))
            code = await _end_of(phone)
            worst = max(worst, time.monotonic() - asked)
            await removing
        key_file = owner.box.data / "members" / f"{owner.joined.member}.keys"
        if code != frames.CLOSE_REVOKED or str(lost.joined.device) in key_file.read_text():
            raise BoxMisbehaved("A removed device was not shut out.")
    return Kept(times=times, worst_s=round(worst, 3))


async def joinings(owner: Device, times: int) -> Kept:
    """Let somebody new in; the time is from the yes to the first frame on the new phone."""
    worst = 0.0
    for number in range(times):
        body = {"name": f"Guest {number}"}
        invitation = await asyncio.to_thread(owner.call, "POST", "/api/invitations", body)
        newcomer = await asyncio.to_thread(owner.box.ask, invitation["secret"])
        said_yes = time.monotonic()
        await asyncio.to_thread(owner.confirm, invitation["id"], newcomer.number)
        device = await asyncio.to_thread(newcomer.come_in)
        async with device.phone():
            worst = max(worst, time.monotonic() - said_yes)
    return Kept(times=times, worst_s=round(worst, 3))


async def bad_frames(box: RunningBox, device: Device, times: int) -> Kept:
    """Frames that are malformed, oversized, out of order or unauthorised.

    Each is answered by an error frame or one of our close codes.
    """
    worst, made = 0.0, random.Random(7)
    done = 0
    while done < times:
        async with device.phone() as phone:
            for _ in range(min(200, times - done)):
                started = time.monotonic()
                await phone.socket.send(_bad_frame(made))
                await _expect_error(phone)
                worst = max(worst, time.monotonic() - started)
                done += 1
            await _is_open(phone)
        done += await _bad_beginnings(box, device)
    return Kept(times=done, worst_s=round(worst, 3))


def search(folder: Path, canary: str) -> list[str]:
    """The files below `folder` that hold the canary's letters, in any of the usual encodings."""
    forms = [canary.encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be")]
    forms.append(canary.encode().hex().encode())
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(form in path.read_bytes() for form in forms)
    ]


async def _read_a_part(device: Device) -> tuple[UUID, int, str]:
    async with device.phone() as phone:
        await phone.say(_QUESTION)
        turn = (await phone.receive_a(ChatAccepted)).turn
        words, after = "", 0
        for _ in range(random.randint(1, 5)):
            frame = await phone.receive()
            if isinstance(frame, ChatDelta):
                words, after = words + frame.text, frame.sequence
            if isinstance(frame, frames.ChatDone):
                break
        phone.cut()
    return turn, after, words


def _wait_for_reply(device: Device, turn: UUID) -> None:
    eventually(lambda: _reply(device, turn))


def _reply(device: Device, turn: UUID) -> str | None:
    messages = device.call("GET", "/api/conversation?limit=20")["messages"]
    return next((str(said["text"]) for said in messages if said["id"] == str(turn)), None)


async def _wait_for_error(phone: Phone) -> None:
    while not isinstance(await phone.receive(), frames.Error):
        pass


async def _end_of(phone: Phone) -> int | None:
    """Read until the socket ends; its close code."""
    try:
        while True:
            await phone.receive()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


async def _is_open(phone: Phone) -> None:
    await phone.send(Ping(id="there?"))
    while not isinstance(await phone.receive(), Pong):
        pass


async def _write_until_cut(device: Device, acknowledged: set[UUID]) -> None:
    try:
        async with device.phone() as phone:
            while True:
                await phone.send(new_message("x" * random.randint(1, 2000)))
                acknowledged.add(await _accepted(phone))
    except (WebSocketException, OSError):
        # Also where the box was killed before it had answered the handshake.
        return


async def _accepted(phone: Phone) -> UUID:
    # Without a model every turn fails at once, and its error frame comes in between.
    while True:
        frame = await phone.receive()
        if isinstance(frame, ChatAccepted):
            return frame.message


def _bad_frame(made: random.Random) -> str | bytes:
    text = "".join(chr(made.randint(1, 0x24F)) for _ in range(made.randint(0, 60)))
    kinds: list[str | bytes] = [
        text,
        text.encode(),
        "{" + text,
        '{"type":"chat.send"}',
        '{"type":"chat.send","id":"1","message":1,"revision":2,"text":"x"}',
        msgspec.json.encode({"type": text, "id": "1"}).decode(),
        '{"type":"hello","token":"x","schema":1}',
        '{"type":"chat.cancel","id":"1","turn":"00000000-0000-0000-0000-000000000001"}',
        '{"type":"chat.resume","id":"1","turn":"00000000-0000-0000-0000-000000000001"}',
        '{"type":"ping","id":"' + "9" * 65 + '"}',
        "[" * 5000,
        msgspec.json.encode({**_SEND, "text": "x" * 8001}).decode(),
        msgspec.json.encode({**_SEND, "clock": "z" * 16}).decode(),
        "9" * 400,
    ]
    return made.choice(kinds)


_SEND = {
    "type": "chat.send",
    "id": "1",
    "message": str(UUID(int=1)),
    "revision": str(UUID(int=2)),
    "text": "x",
}


async def _expect_error(phone: Phone) -> None:
    frame = await phone.receive()
    if not isinstance(frame, frames.Error):
        raise BoxMisbehaved(f"A bad frame was answered by {frame}.")


async def _bad_beginnings(box: RunningBox, device: Device) -> int:
    hello = {"type": "hello", "token": device.token, "schema": frames.SCHEMA}
    beginnings = {
        msgspec.json.encode({**hello, "token": "A" * 43}): frames.CLOSE_UNKNOWN_DEVICE,
        msgspec.json.encode({**hello, "schema": 0}): frames.CLOSE_SCHEMA_TOO_OLD,
        b"x" * (frames.MAX_FRAME_BYTES + 1): 1009,
    }
    for first, code in beginnings.items():
        async with connect_to(box) as socket:
            await socket.send(first.decode())
            closed = await _closing_code(socket)
        if closed != code:
            raise BoxMisbehaved(f"A bad beginning was closed by {closed}.")
    return len(beginnings)


async def _closing_code(socket: ClientConnection) -> int | None:
    try:
        while isinstance(msgspec.json.decode(await socket.recv(), type=BoxFrame), frames.Error):
            pass
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None
    raise BoxMisbehaved("A bad beginning was welcomed.")
