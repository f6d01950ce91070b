"""Takes in what members write, in the background: words first, vectors as the embedding model has time.

It looks every few seconds, which costs a member without news one small read, and waits while anybody
is being answered: a running reply needs the processor more. What it can't do now it does later, since
everything that waits is in the store.
"""

import asyncio
from collections.abc import Callable
from uuid import UUID

import structlog

from futureself_box.errors import BoxError
from futureself_box.futureself.recall import index
from futureself_box.inference.client import InferenceClient
from futureself_box.store.vault import MemberStore

_PAUSE_S = 2.0
_PAUSE_WITHOUT_MODEL_S = 60.0
_TOGETHER = 16

log = structlog.get_logger()


class Keeper:
    """Keeps the memories of all members whose stores are open. `run` is its life."""

    def __init__(
        self,
        stores: Callable[[], list[MemberStore]],
        inference: InferenceClient,
        *,
        is_busy: Callable[[UUID], bool],
    ) -> None:
        self._stores = stores
        self._inference = inference
        self._is_busy = is_busy
        self._left: set[UUID] = set()
        self._at_work = asyncio.Lock()

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            pause = _PAUSE_S
            for store in self._stores():
                try:
                    while await self._step(store):
                        continue
                except BoxError as error:
                    log.info("memory_waits", member=str(store.member), code=error.code)
                    pause = _PAUSE_WITHOUT_MODEL_S
                except (
                    Exception
                ):  # The edge of a member: what is wrong with one must not stop others.
                    log.exception("memory_broke", member=str(store.member))
                    pause = _PAUSE_WITHOUT_MODEL_S
            await asyncio.sleep(pause)

    async def forget(self, member: UUID) -> None:
        """Let go of a member for good; when it returns, nothing here uses their store."""
        self._left.add(member)
        async with self._at_work:
            pass

    async def _step(self, store: MemberStore) -> bool:
        """Take in some of what waits; whether there may be more."""
        async with self._at_work:
            if store.member in self._left:
                return False
            if await asyncio.to_thread(index.take_in, store):
                return True
            if any(self._is_busy(other.member) for other in self._stores()):
                return False
            batch = await asyncio.to_thread(index.unread, store, _TOGETHER)
            if not batch:
                return False
            embedded = await self._inference.embed([one.text for one in batch])
            await asyncio.to_thread(index.keep, store, batch, embedded)
            return True
