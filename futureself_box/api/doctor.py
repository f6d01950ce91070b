"""HTTP: the owner sees how the box is and was, and lets it mend what it can."""

import asyncio
from typing import Annotated

import msgspec
from litestar import Router, get, post
from msgspec import Meta

from futureself_box.api import vitals, wall_clock
from futureself_box.api.parts import Parts
from futureself_box.doctor import examination, week
from futureself_box.doctor.examination import Examination
from futureself_box.doctor.week import Week
from futureself_box.errors import NotAllowed
from futureself_box.household.devices import Credential


class Wanted(msgspec.Struct, frozen=True):
    """One mend, as a finding names it."""

    mend: Annotated[str, Meta(min_length=1, max_length=40)]


@get("/")
async def show_findings(parts: Parts, who: Credential) -> Examination:
    """Everything that was looked at, the worst first. Takes a few seconds."""
    return await _examine(parts, who)


@post("/mends", status_code=200)
async def mend(parts: Parts, who: Credential, data: Wanted) -> Examination:
    """Mend one thing, and look again."""
    _only_owner(who)
    await asyncio.to_thread(examination.mend, parts.settings, wall_clock.now(), data.mend)
    return await _examine(parts, who)


@get("/week")
async def show_week(parts: Parts, who: Credential) -> Week:
    """The last seven days in stretches of ten minutes, up to now."""
    _only_owner(who)
    await vitals.look(parts)
    now = wall_clock.now()
    kept = await asyncio.to_thread(week.read, parts.vault.household, now)
    return Week(week.milliseconds(now), [*kept, parts.recorder.so_far(now)])


async def _examine(parts: Parts, who: Credential) -> Examination:
    _only_owner(who)
    engine = await parts.inference.checkup()
    return await asyncio.to_thread(examination.examine, parts.settings, wall_clock.now(), engine)


def _only_owner(who: Credential) -> None:
    if who.role != "owner":
        raise NotAllowed


router = Router("/api/doctor", route_handlers=[show_findings, mend, show_week])
