"""HTTP: what the household chooses about care, what care says beside what somebody wrote, and the time
that somebody was here: of a child a parent and the child see the same, and never a word.
"""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Router, get, post, put
from msgspec import Meta

from futureself_box.api import wall_clock
from futureself_box.api.parts import Parts
from futureself_box.errors import NotAllowed
from futureself_box.futureself.care import words
from futureself_box.household import care_region, members, quiet_hours, time_spent
from futureself_box.household.care_region import Region
from futureself_box.household.devices import Credential
from futureself_box.household.quiet_hours import QuietHours


class Choice(msgspec.Struct, frozen=True):
    """What the owner chooses."""

    region: Region


class Written(msgspec.Struct, frozen=True):
    """Words that somebody wrote for themselves, such as an answer about a hard time."""

    text: Annotated[str, Meta(max_length=50_000)]


class Beside(msgspec.Struct, frozen=True):
    """What stands beside them: the box's fixed words and the way to people who help, or nothing."""

    words: str


class Quiet(msgspec.Struct, frozen=True):
    """A child's quiet hours; null for none."""

    hours: QuietHours | None


class Presence(msgspec.Struct, frozen=True):
    """How long somebody was here, in minutes, and what protects them; never a word of theirs.

    `protected`: the modes, words and reminders for children are on. `clock` is the time of the day on
    the box, by which quiet hours go.
    """

    minutes_this_week: int
    minutes_last_week: int
    protected: bool
    quiet: QuietHours | None
    clock: str


@post("/care/look", status_code=200)
async def look(parts: Parts, who: Credential, data: Written) -> Beside:
    """Whether words speak of danger. They are neither kept nor counted, and nobody else is told."""
    child = who.role == "child"
    verdict = await parts.watch.assess(
        data.text, audience="child" if child else "adult", channel="journal"
    )
    return Beside(words.beside(verdict, words.language_of(data.text), child=child))


@put("/care", sync_to_thread=True)
def change_care(parts: Parts, who: Credential, data: Choice) -> Choice:
    """Choose the country of the helplines; the owner's."""
    if who.role != "owner":
        raise NotAllowed
    care_region.choose(parts.vault.household, data.region)
    return data


@get("/members/{member:uuid}/care", sync_to_thread=True)
def show_presence(parts: Parts, who: Credential, member: UUID) -> Presence:
    """One's own time and protections or, for the owner, a child's."""
    is_child = members.get(parts.vault.household, member).role == "child"
    if who.member != member and not (who.role == "owner" and is_child):
        raise NotAllowed
    now = wall_clock.now().astimezone()
    spent = time_spent.spent(parts.vault.member(member), now=now)
    return Presence(
        spent.this_week,
        spent.last_week,
        is_child,
        quiet_hours.of(parts.vault.household, member) if is_child else None,
        f"{now:%H:%M}",
    )


@put("/members/{member:uuid}/care/quiet", sync_to_thread=True)
def change_quiet(parts: Parts, who: Credential, member: UUID, data: Quiet) -> Quiet:
    """Set or lift a child's quiet hours; the owner's."""
    quiet_hours.choose(parts.vault.household, who, member, data.hours)
    return data


router = Router("/api", route_handlers=[change_care, look, show_presence, change_quiet])
