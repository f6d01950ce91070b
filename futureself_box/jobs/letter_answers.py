"""Answers the letters whose day has come, and those for which an answer was asked.

Every look finds what is due by its date, so a day that the box slept through is made up for as soon as
it is awake, and a letter that a phone brings late is answered late.
"""

import asyncio
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from uuid import UUID

import msgspec
import structlog
import uuid_utils.compat

from futureself_box.errors import BoxError, LetterSealed, NotFound
from futureself_box.futureself import answering, letters
from futureself_box.futureself.care.watch import Watch
from futureself_box.futureself.turn import Turn
from futureself_box.household import members
from futureself_box.inference import client
from futureself_box.jobs.run import Work
from futureself_box.records.kinds import Letter
from futureself_box.settings import Settings
from futureself_box.store import keys
from futureself_box.store.jobs import Job
from futureself_box.store.vault import HouseholdStore, MemberStore, unlock_member

log = structlog.get_logger()


class LetterAnswers(msgspec.Struct, frozen=True):
    """Where models and stores are, what opens them, the clock, and who hears of a member's news."""

    settings: Settings
    unlock: keys.Opener
    now: Callable[[], datetime]
    changed: Callable[[UUID], object]

    @property
    def work(self) -> dict[str, Work[HouseholdStore]]:
        """What to do for an order."""
        return {letters.KIND: self.fulfil}

    def enqueue_due(self, household: HouseholdStore) -> None:
        """Put in the answers to letters whose day has come, in local time."""
        now = self.now()
        for member in members.every(household):
            try:
                with closing(self._open(member.id)) as store:
                    due = letters.due(store, now.astimezone().date())
            except BoxError as error:
                # Damaged or just leaving; the box itself says so.
                log.info("letters_unread", member=str(member.id), code=error.code)
            else:
                letters.place_due(household, member.id, due, now=now)

    def fulfil(self, household: HouseholdStore, job: Job) -> None:
        """Write the letter that was asked for. Raises a BoxError; nothing is kept until it is whole."""
        who, letter = letters.read_key(job.key)
        now = self.now().astimezone()
        try:
            member = members.get(household, who)
        except NotFound:
            return  # who asked has left
        with closing(self._open(who)) as store:
            try:
                said = letters.find(store, letter, now.date())
            except (NotFound, LetterSealed):
                return  # it is in the trash, or its day was changed
            turn = Turn(
                uuid_utils.compat.uuid7(),
                store,
                said,
                member.name,
                child=member.role == "child",
                is_letter=True,
            )
            letters.keep(store, job.key, asyncio.run(self._write(turn, now)), now=now)
        self.changed(who)

    def _open(self, member: UUID) -> MemberStore:
        return unlock_member(self.settings.data_path, member, self.unlock)

    async def _write(self, turn: Turn, now: datetime) -> Letter:
        inference = await asyncio.to_thread(client.connect, self.settings)
        try:
            watch = Watch(inference, self.settings.data_path)
            await watch.try_to_prepare()
            limits = answering.limits(self.settings)
            return await letters.answer(turn, inference, limits, watch, now=now)
        finally:
            await inference.aclose()
