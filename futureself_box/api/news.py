"""What other processes tell the box: a member's phones have something new to read.

The worker changes a member's database beside the box, which learns of it here and pokes the phones.
"""

import asyncio
from pathlib import Path
from uuid import UUID

import structlog

from futureself_box.api.frames import Poke
from futureself_box.api.parts import Parts
from futureself_box.api.phones import Phones
from futureself_box.errors import BoxError
from futureself_box.store import bell
from futureself_box.store.vault import MemberStore
from futureself_box.sync import replicas
from futureself_box.sync.cloud import place

_UUID_BYTES = 16

log = structlog.get_logger()


async def hear(path: Path, parts: Parts) -> None:
    """Listen until cancelled."""
    loop = asyncio.get_running_loop()
    with await asyncio.to_thread(bell.hang, path) as heard:
        heard.setblocking(False)
        while True:
            message = await loop.sock_recv(heard, 64)
            if len(message) == _UUID_BYTES:
                await _tell(parts, UUID(bytes=message))


def poke(store: MemberStore) -> Poke:
    """What a phone has to know to see whether it is behind."""
    with store.read() as connection:
        return Poke(replicas.place(connection).head, cloud=place.frontier(connection))


async def tell(phones: Phones, store: MemberStore) -> None:
    """Poke a member's phones, after the box itself wrote something."""
    await phones.poke(store.member, await asyncio.to_thread(poke, store))


async def _tell(parts: Parts, member: UUID) -> None:
    try:
        found = await asyncio.to_thread(lambda: poke(parts.vault.member(member)))
    except BoxError as error:
        # Just removed, or damaged; either way there is nothing to read.
        log.info("news_of_nobody", member=str(member), code=error.code)
        return
    await parts.phones.poke(member, found)
