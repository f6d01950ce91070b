"""A member who lost every phone gets a new one from the owner, but never behind their back.

For an adult the owner asks, a notice stands on the member's devices for 48 hours, and any of those
devices can stop it; only then can a new one be invited. For a child it is possible at once, and just
as visibly. After use the notice stays until the member has taken note.
"""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import structlog

from futureself_box.errors import NotAllowed, NotFound, RescueTooEarly
from futureself_box.household import members
from futureself_box.household.devices import Credential
from futureself_box.store.vault import HouseholdStore

NOTICE = timedelta(hours=48)

log = structlog.get_logger()


class Rescue(msgspec.Struct, frozen=True):
    """That somebody asked for a new phone for a member, and when it becomes possible."""

    asked_by: str
    asked_at: datetime
    ready_at: datetime
    used_at: datetime | None


def of(store: HouseholdStore, member: UUID) -> Rescue | None:
    """The notice that stands for a member, if there is one."""
    with store.read() as connection:
        row = connection.execute(
            """
            SELECT asked_by, asked_at, ready_at, used_at FROM rescue WHERE member = :member
            """,
            {"member": str(member)},
        ).fetchone()
    return None if row is None else msgspec.convert(dict(row), Rescue)


def ask(store: HouseholdStore, who: Credential, member: UUID, now: datetime) -> Rescue:
    """Begin the notice; asking again while it stands changes nothing. Raises NotAllowed, NotFound."""
    if who.role != "owner" or who.member == member:
        raise NotAllowed
    found = members.get(store, member)
    standing = of(store, member)
    if standing is not None and standing.used_at is None:
        return standing
    ready_at = now if found.role == "child" else now + NOTICE
    with store.write() as tx:
        tx.execute(
            """
            INSERT OR REPLACE INTO rescue (member, asked_by, asked_at, ready_at)
            VALUES (:member, :asked_by, :asked_at, :ready_at)
            """,
            {
                "member": str(member),
                "asked_by": who.name,
                "asked_at": now.isoformat(),
                "ready_at": ready_at.isoformat(),
            },
        )
    log.info("rescue_asked", member=str(member))
    return Rescue(asked_by=who.name, asked_at=now, ready_at=ready_at, used_at=None)


def end(store: HouseholdStore, who: Credential, member: UUID) -> None:
    """Stop it, or take note of it once used. The owner may only take back what wasn't used.

    Raises NotFound or NotAllowed.
    """
    standing = of(store, member)
    if standing is None:
        raise NotFound
    if who.member != member and (who.role != "owner" or standing.used_at is not None):
        raise NotAllowed
    with store.write() as tx:
        tx.execute("DELETE FROM rescue WHERE member = :member", {"member": str(member)})


def check_ready(store: HouseholdStore, who: Credential, member: UUID, now: datetime) -> None:
    """Raise NotAllowed or RescueTooEarly unless the owner may invite a device of this member now."""
    if who.role != "owner":
        raise NotAllowed
    standing = of(store, member)
    if standing is None or standing.used_at is not None or now < standing.ready_at:
        raise RescueTooEarly


def note_used(store: HouseholdStore, member: UUID, now: datetime) -> None:
    """The new phone is in; the notice now says so."""
    with store.write() as tx:
        tx.execute(
            "UPDATE rescue SET used_at = :now WHERE member = :member",
            {"member": str(member), "now": now.isoformat()},
        )
