"""Pushes that come at once share a commit: while one is on its way to the disk, the next wait together.

Each is answered after the commit that it is in, so an acknowledged revision is on the disk as before.
"""

import asyncio
from typing import TypeAlias
from uuid import UUID

from futureself_box.api import wall_clock
from futureself_box.store.vault import MemberStore
from futureself_box.sync import replicas
from futureself_box.sync.replicas import Kept, Place, Pushed, Refused

Answers: TypeAlias = tuple[list[Kept | Refused], Place]
_Waiting: TypeAlias = tuple[list[Pushed], "asyncio.Future[Answers]"]


class Pushes:
    """What waits to be written, for each member."""

    def __init__(self) -> None:
        self._waiting: dict[UUID, list[_Waiting]] = {}
        self._writing: set[asyncio.Task[None]] = set()

    async def push(self, store: MemberStore, changes: list[Pushed]) -> Answers:
        """Keep what a phone sends. Raises DiskFull and the like."""
        answers: asyncio.Future[Answers] = asyncio.get_running_loop().create_future()
        if store.member in self._waiting:
            self._waiting[store.member].append((changes, answers))
        else:
            self._waiting[store.member] = [(changes, answers)]
            task = asyncio.create_task(self._write(store))
            self._writing.add(task)
            task.add_done_callback(self._writing.discard)
        return await answers

    async def _write(self, store: MemberStore) -> None:
        while group := self._waiting[store.member]:
            self._waiting[store.member] = []
            await _write_together(store, group)
        del self._waiting[store.member]


async def _write_together(store: MemberStore, group: list[_Waiting]) -> None:
    everything = [pushed for changes, _ in group for pushed in changes]
    now_ms = wall_clock.now_ms()
    try:
        kept, place = await asyncio.to_thread(replicas.push, store, everything, now_ms=now_ms)
    except Exception as error:  # noqa: BLE001 (each of those who wait is told)
        for _, answers in group:
            if not answers.done():
                answers.set_exception(error)
        return
    for changes, answers in group:
        own, kept = kept[: len(changes)], kept[len(changes) :]
        if not answers.done():
            answers.set_result((own, place))
