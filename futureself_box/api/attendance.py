"""A member who is here, on one phone: how long, what to remind of, and what protects them now.

What is noted is time, never what was done in it; changes count once a minute, so that they need no
commit of their own.
"""

import asyncio
from contextlib import suppress
from datetime import datetime

from futureself_box.api import wall_clock
from futureself_box.api.frames import Reminder
from futureself_box.api.parts import Parts
from futureself_box.api.phones import Phone
from futureself_box.errors import BoxError
from futureself_box.futureself.care import check_in
from futureself_box.household import quiet_hours, time_spent
from futureself_box.household.quiet_hours import Protections
from futureself_box.store.vault import MemberStore

_NOT_AGAIN_MS = 60_000


class Attendance:
    """One connection's signs of life."""

    def __init__(self, parts: Parts, phone: Phone, store: MemberStore) -> None:
        self._household = parts.vault.household
        self._phone = phone
        self._store = store
        self._noted_ms = 0

    async def begin(self) -> None:
        """The member opens the app: ask how they are, if yesterday was hard."""
        if wall_clock.is_plausible() and await asyncio.to_thread(
            check_in.is_due, self._store, now=_now()
        ):
            await self._phone.send(Reminder(("check_in",)))

    async def write(self) -> None:
        """The member writes for themselves; where the disk is full, a minute is not counted."""
        if abs(wall_clock.now_ms() - self._noted_ms) >= _NOT_AGAIN_MS:
            with suppress(BoxError):
                await self._note(talks=False, child=False)

    async def talk(self) -> Protections:
        """The member talks: say what is due, before the answer; what protects them."""
        found = await asyncio.to_thread(self._protections)
        await self._note(talks=True, child=found.child)
        return found

    async def _note(self, *, talks: bool, child: bool) -> None:
        self._noted_ms = wall_clock.now_ms()
        due = await asyncio.to_thread(
            time_spent.note, self._store, now=_now(), talks=talks, child=child
        )
        if due:
            await self._phone.send(Reminder(due))

    def _protections(self) -> Protections:
        return quiet_hours.protections(self._household, self._phone.who.member, now=_now())


def _now() -> datetime:
    """The time in the zone where the box stands, which is the household's."""
    return wall_clock.now().astimezone()
