"""Imagines a life for a member who asked, in the worker's own time, and leaves it for them to approve.

A worker that is killed begins anew and comes to the same life. Where the model stays away, the third
try does without it, so that nobody waits for ever.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, closing, suppress
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from futureself_box.errors import BoxError, NotFound
from futureself_box.futureself.future_memory import brief, orders
from futureself_box.futureself.future_memory.brief import Brief
from futureself_box.futureself.future_memory.imagining import Ask, imagine
from futureself_box.futureself.line import Line
from futureself_box.household import members
from futureself_box.inference import client
from futureself_box.inference.client import InferenceClient, Words
from futureself_box.jobs.run import Work
from futureself_box.records import kinds, revisions, writing
from futureself_box.records.kinds import FutureMemory
from futureself_box.records.messages import BOX
from futureself_box.records.writing import Author
from futureself_box.settings import Settings
from futureself_box.store import jobs, keys
from futureself_box.store.jobs import Job
from futureself_box.store.vault import HouseholdStore, MemberStore, unlock_member

_KIND = "future_memory"
_WITHOUT_MODEL = 3
# Enough variety for a life, and the model keeps to its subject; penalised, it repeats itself less.
_TEMPERATURE = 0.7
_FREQUENCY_PENALTY = 0.3


class FutureMemories(msgspec.Struct, frozen=True):
    """Where models and stores are, what opens them, the clock, and who hears of a member's news."""

    settings: Settings
    unlock: keys.Opener
    now: Callable[[], datetime]
    changed: Callable[[UUID], object]

    @property
    def work(self) -> dict[str, Work[HouseholdStore]]:
        """What to do for an order."""
        return {orders.KIND: self.fulfil}

    def fulfil(self, household: HouseholdStore, job: Job) -> None:
        """Imagine the life that was asked for. Raises a BoxError; nothing is kept until it is whole."""
        who, variation = orders.read_key(job.key)
        try:
            member = members.get(household, who)
        except NotFound:
            return  # who asked has left
        now = self.now()
        with closing(unlock_member(self.settings.data_path, who, self.unlock)) as store:
            wanted = brief.read(
                store,
                member.name,
                today=now.astimezone().date(),
                birth_year=member.birth_year,
                child=member.role == "child",
                variation=variation,
            )
            life = asyncio.run(self._imagine(wanted, household, job, now))
            keep(store, life, now)
        self.changed(who)

    async def _imagine(
        self, wanted: Brief, household: HouseholdStore, job: Job, now: datetime
    ) -> FutureMemory:
        def tell(lines: int) -> None:
            jobs.advance(household, job, lines)

        if job.attempts >= _WITHOUT_MODEL:
            return await imagine(wanted, None, now=now, model="", tell=tell)
        async with _asking(self.settings, job.key) as (ask, model):
            return await imagine(wanted, ask, now=now, model=model, tell=tell)


def keep(store: MemberStore, life: FutureMemory, now: datetime) -> None:
    """Put a life where the member finds it, in the place of one that was not approved."""
    author = Author(BOX, int(now.timestamp() * 1000))
    for revision in revisions.shown(store, _KIND):
        other = kinds.decode(_KIND, revision.body or "")
        if isinstance(other, FutureMemory) and other.approved_at is None:
            writing.discard(store, revision.record, _KIND, author)
    writing.create(store, _KIND, msgspec.json.encode(life).decode(), author)


@asynccontextmanager
async def _asking(settings: Settings, key: str) -> AsyncIterator[tuple[Ask, str]]:
    inference = await asyncio.to_thread(client.connect, settings)
    try:
        health = await inference.health()
        yield asker(inference, key), health.model or ""
    finally:
        # What the model has read for it is of no use any more.
        with suppress(BoxError):
            await inference.erase(key, b"")
        await inference.aclose()


def asker(inference: InferenceClient, key: str) -> Ask:
    """Asks the model under a cache key of its own, so that each part goes on from the one before."""

    async def ask(
        lines: Sequence[Line], *, schema: Mapping[str, Any], seed: int, max_tokens: int
    ) -> str:
        events = inference.chat(
            lines,
            max_tokens=max_tokens,
            cache_key=key,
            temperature=_TEMPERATURE,
            frequency_penalty=_FREQUENCY_PENALTY,
            seed=seed,
            schema=schema,
        )
        async with aclosing(events):
            return "".join([event.text async for event in events if isinstance(event, Words)])

    return ask
