"""What records cost: the first sync of a new phone, a change afterwards, search, and many pushes."""

import asyncio
import random
import statistics
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import msgspec

from futureself_box.api.frames import RecordChange, RecordsAck, RecordsPush
from futureself_box.bench.running_box import Device, Phone, RunningBox
from futureself_box.records import finding
from futureself_box.records.clock import ZERO
from futureself_box.records.finding import Filter
from futureself_box.records.kinds import Entry
from futureself_box.records.revisions import Change
from futureself_box.store.database import Database
from futureself_box.store.vault import MemberStore, Vault
from futureself_box.sync import replicas
from futureself_box.sync.replicas import Pushed

_PAGE = 500
_SEARCHES = 200
_MEMBERS = 8
_WINDOW = 8
_WORDS = ["sea", "walk", "home", "mother", "coffee", "garden", "winter", "letter", "music", "train"]
_FIRST_DAY = datetime(2000, 1, 1, tzinfo=UTC)
_NOW_MS = 1_800_000_000_000


class Reading(msgspec.Struct, frozen=True):
    """Revisions a second for a new phone, milliseconds for one change after it and for a search."""

    first_sync: int
    change_ms: float
    change_ms_when_small: float
    search_p95_ms: float


class Pushing(msgspec.Struct, frozen=True):
    """Acknowledged pushes a second, and raw commits into one file of the same kind and disk."""

    pushes: int
    raw_commits: int


def reading(folder: Path, count: int) -> Reading:
    """Fill one member's store with `count` entries and read it as phones do."""
    vault, member = Vault(folder / "data", folder / "config"), uuid4()
    vault.ensure_member(member)
    store = vault.member(member)
    try:
        replicas.push(store, [made_up(0)], now_ms=_NOW_MS)
        small = _change_ms(store)
        for first in range(1, count, _PAGE):
            page = [made_up(number) for number in range(first, min(first + _PAGE, count))]
            replicas.push(store, page, now_ms=_NOW_MS)
        return Reading(_first_sync(store), _change_ms(store), small, _search_p95_ms(store))
    finally:
        vault.close()


def pushing(folder: Path, seconds: float) -> Pushing:
    """Eight members push single entries at once, each a few on their way, over real sockets."""
    folder.mkdir()
    raw = _raw_commits(folder, seconds)
    box = RunningBox(folder, None)
    box.start()
    try:
        box.wait_until_up()
        owner = box.set_up()
        devices = [owner, *(owner.invite(f"Member {number}") for number in range(1, _MEMBERS))]
        return Pushing(asyncio.run(_push_together(devices, seconds)), raw)
    finally:
        box.stop()


def _first_sync(store: MemberStore) -> int:
    begun, read, cursor, epoch = time.perf_counter(), 0, 0, None
    while True:
        page, place = replicas.pull(store, cursor=cursor, epoch=epoch, limit=_PAGE)
        read, cursor, epoch = read + len(page.leaves), page.cursor, place.epoch
        if not page.more:
            return round(read / (time.perf_counter() - begun))


def _change_ms(store: MemberStore) -> float:
    times = []
    for _ in range(50):
        place = replicas.find_place(store)
        begun = time.perf_counter()
        replicas.push(store, [made_up(random.randrange(10**6))], now_ms=_NOW_MS)
        replicas.pull(store, cursor=place.head, epoch=place.epoch, limit=_PAGE)
        times.append((time.perf_counter() - begun) * 1000)
    return round(statistics.median(times), 2)


def _search_p95_ms(store: MemberStore) -> float:
    times = []
    for _ in range(_SEARCHES):
        text = random.choice([random.choice(_WORDS), f"w{random.randrange(3000)}", "w", "mo", "w1"])
        begun = time.perf_counter()
        finding.page(store, Filter(text=text), after=None, limit=50)
        times.append((time.perf_counter() - begun) * 1000)
    return round(statistics.quantiles(times, n=20)[-1], 2)


def made_up(number: int) -> Pushed:
    """An entry of 100 words, as a device sends it; the number is its day."""
    at = _FIRST_DAY + timedelta(hours=4 * number)
    words = [random.choice(_WORDS) for _ in range(40)]
    words += [f"w{random.randrange(3000)}" for _ in range(60)]
    body = Entry(text=" ".join(words), day=at.date(), written_at=at)
    return Pushed(
        device=str(uuid4()),
        change=Change(
            rev_id=uuid4(),
            record=uuid4(),
            kind="entry",
            op="put",
            body=msgspec.json.encode(body).decode(),
            clock=ZERO,
        ),
    )


def _raw_commits(folder: Path, seconds: float) -> int:
    database = Database(folder / "raw.db", bytes(32))
    try:
        with database.write() as tx:
            tx.execute("CREATE TABLE entry (id TEXT PRIMARY KEY, body TEXT) STRICT")
        begun, commits = time.perf_counter(), 0
        body = made_up(0).change.body
        while time.perf_counter() - begun < seconds:
            with database.write() as tx:
                tx.execute("INSERT INTO entry VALUES (?, ?)", (str(uuid4()), body))
            commits += 1
        return round(commits / (time.perf_counter() - begun))
    finally:
        database.close()


async def _push_together(devices: list[Device], seconds: float) -> int:
    counts = await asyncio.gather(*(_push(device, seconds) for device in devices))
    return round(sum(counts) / seconds)


async def _push(device: Device, seconds: float) -> int:
    acknowledged = 0
    async with device.phone() as phone:
        end = time.perf_counter() + seconds
        for _ in range(_WINDOW):
            await _push_one(phone)
        while time.perf_counter() < end:
            ack = await phone.receive_a(RecordsAck)
            acknowledged += len(ack.acks)
            await _push_one(phone)
    return acknowledged


async def _push_one(phone: Phone) -> None:
    change = made_up(0).change
    body = msgspec.Raw((change.body or "").encode())
    sent = RecordChange(change.rev_id, change.record, "entry", "put", "0" * 16, body)
    await phone.send(RecordsPush(id="push", changes=(sent,)))
