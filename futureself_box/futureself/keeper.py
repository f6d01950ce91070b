"""Does in the background what no member should wait for: taking in what they wrote, telling old talk.

It looks every few seconds, which costs a member without news a few small reads, and waits while anybody
is being answered: a running reply needs the processor more. What it can't do now it does later, since
everything that waits is in the store.
"""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog

from futureself_box.errors import BoxError
from futureself_box.futureself.recall import index
from futureself_box.futureself.summaries import pieces, telling
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
            pauses = [
                await self._settle(store, step)
                for step in (self._remember, self._tell)
                for store in self._stores()
            ]
            await asyncio.sleep(max(pauses, default=_PAUSE_S))

    async def forget(self, member: UUID) -> None:
        """Let go of a member for good; when it returns, nothing here uses their store."""
        self._left.add(member)
        async with self._at_work:
            pass

    async def _settle(
        self, store: MemberStore, step: Callable[[MemberStore], Awaitable[bool]]
    ) -> float:
        """Do one kind of work until nothing is left; how long to wait then."""
        try:
            while await self._alone(store, step):
                continue
        except BoxError as error:
            log.info("memory_waits", member=str(store.member), code=error.code)
        except Exception:  # The edge of a member: what is wrong with one must not stop others.
            log.exception("memory_broke", member=str(store.member))
        else:
            return _PAUSE_S
        return _PAUSE_WITHOUT_MODEL_S

    async def _alone(
        self, store: MemberStore, step: Callable[[MemberStore], Awaitable[bool]]
    ) -> bool:
        async with self._at_work:
            return store.member not in self._left and await step(store)

    async def _remember(self, store: MemberStore) -> bool:
        """Take in some of what waits; whether there may be more."""
        if await asyncio.to_thread(index.take_in, store):
            return True
        if self._somebody_waits():
            return False
        batch = await asyncio.to_thread(index.unread, store, _TOGETHER)
        if not batch:
            return False
        embedded = await self._inference.embed([one.text for one in batch])
        await asyncio.to_thread(index.keep, store, batch, embedded)
        return True

    async def _tell(self, store: MemberStore) -> bool:
        """Tell a piece of old conversation; whether there may be more."""
        if self._somebody_waits():
            return False
        piece = await asyncio.to_thread(pieces.next_untold, store)
        if piece is None:
            return False
        text = await telling.tell(
            piece,
            self._inference,
            cache_key=f"summary:{store.member}",
            is_wanted=lambda: self._somebody_waits() or store.member in self._left,
        )
        if text is None:
            return False
        await asyncio.to_thread(pieces.keep, store, piece, text)
        return True

    def _somebody_waits(self) -> bool:
        return any(self._is_busy(other.member) for other in self._stores())
