"""The worker's part in the cloud copies: a round for each member who is linked, or wants to be.

Members go on by themselves: what stops one is told and tried again, each time later, and holds nobody
else up. A household that was offline for a month catches up without anybody.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import structlog

from futureself_box.errors import BoxError, CloudClockAhead, CloudNeedsSheet, CloudNotAllowed
from futureself_box.household import members, recovery_sheet
from futureself_box.household.members import Member
from futureself_box.settings import Settings
from futureself_box.store import keys, vault
from futureself_box.store.data_folder import MEMBERS_FOLDER
from futureself_box.store.vault import HouseholdStore, MemberStore
from futureself_box.sync.cloud import (
    account,
    erasures,
    linking,
    outcomes,
    place,
    replication,
    sealing,
)
from futureself_box.sync.cloud import project as projects
from futureself_box.sync.cloud.project import Project
from futureself_box.sync.cloud.replication import Copy

_FIRST_PAUSE_S = 15.0
_LONGEST_PAUSE_S = 3600.0
# Where nothing is new here, what another box may have written is looked for this often.
_IDLE = timedelta(minutes=10)

log = structlog.get_logger()


class Replication:
    """The rounds of a worker's life, and how long whoever failed has to wait.

    `changed` is told of each member whose phones have something to look at.
    """

    def __init__(
        self,
        settings: Settings,
        unlock: keys.Opener,
        now: Callable[[], datetime],
        changed: Callable[[UUID], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._unlock, self._now = settings, unlock, now
        self._changed, self._monotonic = changed, monotonic
        self._waiting: dict[UUID, _Pause] = {}

    def round(self, household: HouseholdStore) -> None:
        """Bring every copy forward. What goes wrong is in the log and in the members' status."""
        asyncio.run(self._round(household))

    async def _round(self, household: HouseholdStore) -> None:
        cloud = self._settings.supabase
        async with projects.opened(cloud.url, cloud.key) as project:
            everyone = [
                self._of_member(household, project, one) for one in members.every(household)
            ]
            await asyncio.gather(*everyone, erasures.finish(household, project))

    async def _of_member(self, household: HouseholdStore, project: Project, member: Member) -> None:
        try:
            file, key, opened = await asyncio.to_thread(self._open, member.id)
        except BoxError as error:
            # Damaged or just leaving; the box itself says so.
            log.info("cloud_without", member=str(member.id), code=error.code)
            return
        with closing(opened) as store:
            copy = Copy(
                store=store,
                project=project,
                file=file,
                ring=sealing.ring(file, key),
                profile=msgspec.json.encode(member),
                now_ms=lambda: int(self._now().timestamp() * 1000),
            )
            try:
                await self._go_on(household, copy, member)
            except Exception:  # The edge of a round: one that breaks must not stop the others.
                log.exception("cloud_round_broke", member=str(member.id))
                self._pause(member.id)

    def _open(self, member: UUID) -> tuple[keys.KeyFile, bytes, MemberStore]:
        data = self._settings.data_path
        file = keys.read(data / MEMBERS_FOLDER / f"{member}.keys")
        key = self._unlock(file)
        return file, key, vault.open_member(data, member, key)

    async def _go_on(self, household: HouseholdStore, copy: Copy, member: Member) -> None:
        wanted = account.read_wish(copy.store)
        if wanted is not None:
            await linking.fulfil(copy)
            self._waiting.pop(member.id, None)
            self._changed(member.id)
        if account.read(copy.store).state not in {"linked", "sign_in"}:
            outcomes.forget(household, member.id)
        elif not self._has_to_wait(member.id) and self._has_work(household, copy.store):
            await self._replicate(household, copy, member)

    async def _replicate(self, household: HouseholdStore, copy: Copy, member: Member) -> None:
        before = _stand(copy.store)
        problem: BoxError | None = None
        try:
            _check_may(household, member)
            await replication.replicate(copy)
            self._waiting.pop(member.id, None)
            if place.has_held(copy.store):
                problem = CloudClockAhead()
        except BoxError as error:
            log.warning("cloud_round_failed", member=str(member.id), code=error.code)
            self._pause(member.id)
            problem = error
        with copy.store.read() as connection:
            waiting = place.waiting(connection)
        outcomes.note(household, member.id, self._now(), waiting=waiting, error=problem)
        if _stand(copy.store) != before:
            self._changed(member.id)

    def _has_work(self, household: HouseholdStore, store: MemberStore) -> bool:
        last = outcomes.find(household, store.member)
        with store.read() as connection:
            is_behind = place.is_behind(connection)
        return (
            is_behind
            or last is None
            or last.good_at is None
            or last.problem is not None
            or abs(self._now() - last.good_at) > _IDLE
        )

    def _has_to_wait(self, member: UUID) -> bool:
        pause = self._waiting.get(member)
        return pause is not None and self._monotonic() < pause.until

    def _pause(self, member: UUID) -> None:
        before = self._waiting.get(member)
        length = min(2 * before.length if before else _FIRST_PAUSE_S, _LONGEST_PAUSE_S)
        self._waiting[member] = _Pause(length, self._monotonic() + length)


class _Pause(msgspec.Struct, frozen=True):
    length: float
    until: float


def _check_may(household: HouseholdStore, member: Member) -> None:
    if not members.may_be_copied(household, member.id):
        raise CloudNotAllowed
    if recovery_sheet.proven_at(household) is None:
        raise CloudNeedsSheet


def _stand(store: MemberStore) -> tuple[int, int]:
    with store.read() as connection:
        return place.frontier(connection), place.head(connection)
